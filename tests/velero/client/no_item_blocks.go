//go:build !itemblocks

package main

import (
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// performOther is asked for kinds that releases before 1.15 do not know.
func performOther(clientmgmt.Manager, call, *unstructured.Unstructured) result {
	return result{UnsupportedKind: true}
}

func askOthers(clientmgmt.Manager, map[string]string) {}
