package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	biav1cli "github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/backupitemaction/v1"
	biav2cli "github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/backupitemaction/v2"
	ibav1cli "github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/itemblockaction/v1"
	riav1cli "github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/restoreitemaction/v1"
	riav2cli "github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/restoreitemaction/v2"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
	"github.com/vmware-tanzu/velero/pkg/plugin/velero"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func sel(s velero.ResourceSelector) *Selector {
	return &Selector{s.IncludedNamespaces, s.ExcludedNamespaces, s.IncludedResources, s.ExcludedResources, s.LabelSelector}
}

func idents(l []velero.ResourceIdentifier) []Ident {
	var out []Ident
	for _, x := range l {
		out = append(out, Ident{x.Group, x.Resource, x.Namespace, x.Name})
	}
	return out
}

func unidents(l []Ident) []velero.ResourceIdentifier {
	var out []velero.ResourceIdentifier
	for _, x := range l {
		out = append(out, velero.ResourceIdentifier{GroupResource: schema.GroupResource{Group: x.Group, Resource: x.Resource}, Namespace: x.Namespace, Name: x.Name})
	}
	return out
}

var rpcErr = regexp.MustCompile(`(?s)^rpc error: code = (\w+) desc = (.*)$`)

func errInfo(err error) *ErrInfo {
	if err == nil {
		return nil
	}
	e := &ErrInfo{Message: err.Error()}
	if m := rpcErr.FindStringSubmatch(e.Message); m != nil {
		e.Code, e.Desc = m[1], m[2]
	}
	e.Panicked = strings.Contains(e.Message, "plugin panicked")
	if i := strings.Index(e.Message, "stack trace:"); i >= 0 {
		e.Message = strings.TrimRight(e.Message[:i], " ,")
	}
	if i := strings.Index(e.Desc, "stack trace:"); i >= 0 {
		e.Desc = strings.TrimRight(e.Desc[:i], " ,")
	}
	var st *common.ProtoStackError
	if errors.As(err, &st) {
		e.Location = fmt.Sprintf("%s:%d %s", filepath.Base(st.File()), st.Line(), st.Function())
	}
	return e
}

// call runs one operation through Velero's restartable clients, as Velero itself does.
func (p *Plugin) call(in *callInput) (r Result) {
	c := in.c
	r.Name = c.Name
	fail := func(err error) Result { r.Error = errInfo(err); return r }
	op := c.Op
	if op == "" {
		op = "execute"
	}
	setItem := func(u map[string]any) { r.Item = u }
	switch common.PluginKind(c.Kind) {
	case common.PluginKindBackupItemAction:
		a := biav1cli.NewRestartableBackupItemAction(c.Plugin, p.Proc)
		switch op {
		case "appliesTo":
			s, err := a.AppliesTo()
			if err != nil {
				return fail(err)
			}
			r.Selector = sel(s)
		default:
			u, add, err := a.Execute(in.item.DeepCopy(), in.backup)
			if err != nil {
				return fail(err)
			}
			setItem(u.UnstructuredContent())
			r.AdditionalItems = idents(add)
		}
	case common.PluginKindBackupItemActionV2:
		a := biav2cli.NewRestartableBackupItemAction(c.Plugin, p.Proc)
		switch op {
		case "appliesTo":
			s, err := a.AppliesTo()
			if err != nil {
				return fail(err)
			}
			r.Selector = sel(s)
		case "progress":
			pr, err := a.Progress(c.OperationIDIn, in.backup)
			if err != nil {
				return fail(err)
			}
			r.Progress = pr
		case "cancel":
			return fail(a.Cancel(c.OperationIDIn, in.backup))
		default:
			u, add, id, upd, err := a.Execute(in.item.DeepCopy(), in.backup)
			if err != nil {
				return fail(err)
			}
			setItem(u.UnstructuredContent())
			r.AdditionalItems, r.OperationID, r.ItemsToUpdate = idents(add), id, idents(upd)
		}
	case common.PluginKindRestoreItemAction, common.PluginKindRestoreItemActionV2:
		var exec func(*velero.RestoreItemActionExecuteInput) (*velero.RestoreItemActionExecuteOutput, error)
		var applies func() (velero.ResourceSelector, error)
		if c.Kind == string(common.PluginKindRestoreItemAction) {
			a := riav1cli.NewRestartableRestoreItemAction(c.Plugin, p.Proc)
			exec, applies = a.Execute, a.AppliesTo
		} else {
			a := riav2cli.NewRestartableRestoreItemAction(c.Plugin, p.Proc)
			exec, applies = a.Execute, a.AppliesTo
			switch op {
			case "areAdditionalItemsReady":
				ok, err := a.AreAdditionalItemsReady(unidents(c.AdditionalIn), in.restore)
				if err != nil {
					return fail(err)
				}
				r.Ready = &ok
				return r
			case "progress":
				pr, err := a.Progress(c.OperationIDIn, in.restore)
				if err != nil {
					return fail(err)
				}
				r.Progress = pr
				return r
			case "cancel":
				return fail(a.Cancel(c.OperationIDIn, in.restore))
			}
		}
		if op == "appliesTo" {
			s, err := applies()
			if err != nil {
				return fail(err)
			}
			r.Selector = sel(s)
			return r
		}
		out, err := exec(&velero.RestoreItemActionExecuteInput{Item: in.item.DeepCopy(), ItemFromBackup: in.from.DeepCopy(), Restore: in.restore})
		if err != nil {
			return fail(err)
		}
		setItem(out.UpdatedItem.UnstructuredContent())
		r.AdditionalItems, r.SkipRestore, r.OperationID = idents(out.AdditionalItems), out.SkipRestore, out.OperationID
		r.WaitForAdditionalItems = out.WaitForAdditionalItems
		if out.AdditionalItemsReadyTimeout != 0 {
			r.AdditionalItemsReadyTimeout = out.AdditionalItemsReadyTimeout.String()
		}
	case common.PluginKindDeleteItemAction:
		a := clientmgmt.NewRestartableDeleteItemAction(c.Plugin, p.Proc)
		if op == "appliesTo" {
			s, err := a.AppliesTo()
			if err != nil {
				return fail(err)
			}
			r.Selector = sel(s)
			return r
		}
		if err := a.Execute(&velero.DeleteItemActionExecuteInput{Item: in.item.DeepCopy(), Backup: in.backup}); err != nil {
			return fail(err)
		}
	case common.PluginKindItemBlockAction:
		a := ibav1cli.NewRestartableItemBlockAction(c.Plugin, p.Proc)
		if op == "appliesTo" {
			s, err := a.AppliesTo()
			if err != nil {
				return fail(err)
			}
			r.Selector = sel(s)
			return r
		}
		l, err := a.GetRelatedItems(in.item.DeepCopy(), in.backup)
		if err != nil {
			return fail(err)
		}
		r.AdditionalItems = idents(l)
	default:
		return fail(fmt.Errorf("unknown kind %q", c.Kind))
	}
	return r
}

func sortIdentifiers(l []framework.PluginIdentifier) {
	sort.Slice(l, func(i, j int) bool {
		if l[i].Kind != l[j].Kind {
			return l[i].Kind < l[j].Kind
		}
		return l[i].Name < l[j].Name
	})
}
