package main

import (
	"fmt"
	"strings"

	api "github.com/vmware-tanzu/velero/pkg/apis/velero/v1"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	"github.com/vmware-tanzu/velero/pkg/plugin/velero"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// call is one call of an action. Kind is what the action is registered as.
type call struct {
	Name            string                      `json:"name"`
	Kind            string                      `json:"kind"`
	Action          string                      `json:"action"`
	Op              string                      `json:"op"` // execute (default), progress, cancel, ready
	Item            map[string]any              `json:"item"`
	Backup          *api.Backup                 `json:"backup"`
	Restore         *api.Restore                `json:"restore"`
	OperationID     string                      `json:"operationID"` // BEGUN is the last one that a call began
	AdditionalItems []velero.ResourceIdentifier `json:"additionalItems"`
}

// result is what the action answered.
type result struct {
	Name            string                    `json:"name"`
	Error           string                    `json:"error,omitempty"`
	Item            map[string]any            `json:"item,omitempty"`
	Related         []string                  `json:"related,omitempty"` // GROUP/RESOURCE NAMESPACE/NAME
	Skip            bool                      `json:"skip,omitempty"`
	Wait            bool                      `json:"wait,omitempty"`
	OperationID     string                    `json:"operationID,omitempty"`
	OperationItems  []string                  `json:"operationItems,omitempty"`
	Ready           *bool                     `json:"ready,omitempty"`
	Progress        *velero.OperationProgress `json:"progress,omitempty"`
	UnsupportedKind bool                      `json:"unsupportedKind,omitempty"` // the release does not know the kind
}

func identifiers(list []velero.ResourceIdentifier) []string {
	var out []string
	for _, id := range list {
		out = append(out, fmt.Sprintf("%s %s/%s", id.GroupResource.String(), id.Namespace, id.Name))
	}
	return out
}

func content(item runtime.Unstructured) map[string]any {
	if item == nil {
		return nil
	}
	return item.UnstructuredContent()
}

// message leaves out the stack of the error, which differs from run to run.
func message(err error) string {
	text, _, _ := strings.Cut(err.Error(), "stack trace:")
	return text
}

// perform asks the manager for the action as the server's own code does, so that it adapts a first version to the second.
func perform(manager clientmgmt.Manager, c call) (r result) {
	fail := func(err error) result { r.Error = message(err); return r }
	item := &unstructured.Unstructured{Object: c.Item}
	switch c.Kind {
	case "BackupItemAction", "BackupItemActionV2":
		action, err := manager.GetBackupItemActionV2(c.Action)
		if err != nil {
			return fail(err)
		}
		switch c.Op {
		case "progress":
			progress, err := action.Progress(c.OperationID, c.Backup)
			if err != nil {
				return fail(err)
			}
			r.Progress = &progress
		case "cancel":
			if err := action.Cancel(c.OperationID, c.Backup); err != nil {
				return fail(err)
			}
		default:
			changed, more, id, items, err := action.Execute(item, c.Backup)
			if err != nil {
				return fail(err)
			}
			r.Item, r.Related, r.OperationID, r.OperationItems = content(changed), identifiers(more), id, identifiers(items)
		}
	case "RestoreItemAction", "RestoreItemActionV2":
		action, err := manager.GetRestoreItemActionV2(c.Action)
		if err != nil {
			return fail(err)
		}
		switch c.Op {
		case "progress":
			progress, err := action.Progress(c.OperationID, c.Restore)
			if err != nil {
				return fail(err)
			}
			r.Progress = &progress
		case "cancel":
			if err := action.Cancel(c.OperationID, c.Restore); err != nil {
				return fail(err)
			}
		case "ready":
			ready, err := action.AreAdditionalItemsReady(c.AdditionalItems, c.Restore)
			if err != nil {
				return fail(err)
			}
			r.Ready = &ready
		default:
			out, err := action.Execute(&velero.RestoreItemActionExecuteInput{Item: item, ItemFromBackup: item.DeepCopy(), Restore: c.Restore})
			if err != nil {
				return fail(err)
			}
			r.Item, r.Related, r.OperationID = content(out.UpdatedItem), identifiers(out.AdditionalItems), out.OperationID
			r.Skip, r.Wait = out.SkipRestore, out.WaitForAdditionalItems
		}
	case "DeleteItemAction":
		action, err := manager.GetDeleteItemAction(c.Action)
		if err != nil {
			return fail(err)
		}
		if err := action.Execute(&velero.DeleteItemActionExecuteInput{Item: item, Backup: c.Backup}); err != nil {
			return fail(err)
		}
	default:
		return performOther(manager, c, item)
	}
	return r
}

// askAll asks every action what it applies to and notes each failure, and each answer that would mean «everything».
func askAll(manager clientmgmt.Manager, failures map[string]string) {
	backups, err := manager.GetBackupItemActionsV2()
	note(failures, "BackupItemAction", err)
	for _, action := range backups {
		ask(failures, "BackupItemAction "+action.Name(), action)
	}
	restores, err := manager.GetRestoreItemActionsV2()
	note(failures, "RestoreItemAction", err)
	for _, action := range restores {
		ask(failures, "RestoreItemAction "+action.Name(), action)
	}
	deletions, err := manager.GetDeleteItemActions()
	note(failures, "DeleteItemAction", err)
	for i, action := range deletions {
		ask(failures, fmt.Sprintf("DeleteItemAction %d", i), action)
	}
	askOthers(manager, failures)
}

type selective interface {
	AppliesTo() (velero.ResourceSelector, error)
}

func ask(failures map[string]string, name string, action selective) {
	selector, err := action.AppliesTo()
	note(failures, name, err)
	if err == nil && len(selector.IncludedResources) == 0 {
		failures[name] = "applies to everything"
	}
}

func note(failures map[string]string, name string, err error) {
	if err != nil {
		failures[name] = message(err)
	}
}
