// client starts plugins as a Velero server of the release that it is built with does: it discovers those of a folder, asks every action
// what it applies to, performs calls, and prints as JSON what came back.
//
//	client DIR CALLS.json FLAGS...
//
// The server's flags matter: releases before 1.15 pass none of them on to plugins.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/process"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
)

type output struct {
	// Names by kind, as the registry has them: it lists those of a first version under the second one, too.
	Listed map[string][]string `json:"listed"`
	// What went wrong when actions were asked what they apply to, by kind and name.
	AppliesTo map[string]string `json:"appliesTo"`
	Results   []result          `json:"results"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "run-plugins" { // what a registry asks of its own executable: no plugins here
		framework.NewServer().Serve()
		return
	}
	dir, file := os.Args[1], os.Args[2]
	os.Args = append([]string{os.Args[0], "server"}, os.Args[3:]...)
	if err := run(dir, file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var calls []call
	if err := json.Unmarshal(text, &calls); err != nil {
		return err
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	registry := process.NewRegistry(dir, log, logrus.InfoLevel)
	if err := registry.DiscoverPlugins(); err != nil {
		return err
	}
	out := output{Listed: map[string][]string{}, AppliesTo: map[string]string{}, Results: []result{}}
	for _, kind := range common.AllPluginKinds() {
		for _, id := range registry.List(kind) {
			out.Listed[string(kind)] = append(out.Listed[string(kind)], id.Name)
		}
	}
	// One manager for a whole backup or restore, as in the server: one process serves all of its calls.
	manager := clientmgmt.NewManager(log, logrus.InfoLevel, registry)
	defer manager.CleanupClients()
	askAll(manager, out.AppliesTo)
	begun := ""
	for _, c := range calls {
		if c.OperationID == "BEGUN" {
			c.OperationID = begun
		}
		r := perform(manager, c)
		r.Name = c.Name
		if r.OperationID != "" {
			begun = r.OperationID
		}
		out.Results = append(out.Results, r)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
