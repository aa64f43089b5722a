package main

import (
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
)

// withListed starts a plugin beside an empty API server and hands over what it lists.
func withListed(bin string, use func(*Plugin, []framework.PluginIdentifier) error) error {
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	envOn(k)
	p, err := startPlugin(bin, level(), *fVerbose)
	if err != nil {
		return err
	}
	defer p.stop()
	l, err := p.list()
	if err != nil {
		return err
	}
	return use(p, l)
}

func cmdList(bin string) error { return withListed(bin, printIdentifiers) }

func printIdentifiers(_ *Plugin, l []framework.PluginIdentifier) error {
	out := []map[string]string{}
	for _, id := range l {
		e := ""
		if err := common.ValidatePluginName(id.Name, nil); err != nil {
			e = err.Error()
		}
		m := map[string]string{"command": id.Command, "kind": string(id.Kind), "name": id.Name}
		if e != "" {
			m["invalidName"] = e
		}
		out = append(out, m)
	}
	return printJSON(out)
}

func cmdApplies(bin string) error { return withListed(bin, printSelectors) }

func printSelectors(p *Plugin, l []framework.PluginIdentifier) error {
	sortIdentifiers(l)
	out := []map[string]any{}
	for _, id := range l {
		in := &callInput{c: &Case{Name: id.Name, Kind: string(id.Kind), Plugin: id.Name, Op: "appliesTo"}}
		r := p.call(in)
		m := map[string]any{"kind": id.Kind, "name": id.Name}
		if r.Error != nil {
			m["error"] = r.Error
		} else {
			m["selector"] = r.Selector
		}
		out = append(out, m)
	}
	return printJSON(out)
}
