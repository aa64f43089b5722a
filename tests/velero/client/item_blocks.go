//go:build itemblocks

package main

import (
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// performOther calls an action of a kind that came with Velero 1.15.
func performOther(manager clientmgmt.Manager, c call, item *unstructured.Unstructured) (r result) {
	if c.Kind != "ItemBlockAction" {
		r.UnsupportedKind = true
		return r
	}
	action, err := manager.GetItemBlockAction(c.Action)
	if err != nil {
		r.Error = message(err)
		return r
	}
	related, err := action.GetRelatedItems(item, c.Backup)
	if err != nil {
		r.Error = message(err)
		return r
	}
	r.Related = identifiers(related)
	return r
}

func askOthers(manager clientmgmt.Manager, failures map[string]string) {
	actions, err := manager.GetItemBlockActions()
	note(failures, "ItemBlockAction", err)
	for _, action := range actions {
		ask(failures, "ItemBlockAction "+action.Name(), action)
	}
}
