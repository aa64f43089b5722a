package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"

	api "github.com/vmware-tanzu/velero/pkg/apis/velero/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"workloads.test/host/fakekube"
)

// Case is one test case. It carries everything that the plugin can see.
type Case struct {
	Name           string                `json:"name"`
	Source         string                `json:"source,omitempty"`
	About          string                `json:"about,omitempty"`
	Tags           []string              `json:"tags,omitempty"`
	Session        string                `json:"session,omitempty"` // consecutive cases of one session share the plugin process
	Kind           string                `json:"kind"`
	Plugin         string                `json:"plugin"`
	Op             string                `json:"op,omitempty"` // execute (default), appliesTo, areAdditionalItemsReady, progress, cancel
	Item           map[string]any        `json:"item,omitempty"`
	ItemFromBackup map[string]any        `json:"itemFromBackup,omitempty"`
	Backup         map[string]any        `json:"backup,omitempty"`
	Restore        map[string]any        `json:"restore,omitempty"`
	AdditionalIn   []Ident               `json:"additionalItemsIn,omitempty"` // for op areAdditionalItemsReady
	OperationIDIn  string                `json:"operationIDIn,omitempty"`
	Cluster        []map[string]any      `json:"cluster,omitempty"`
	KeepCluster    bool                  `json:"keepCluster,omitempty"` // in a session: do not reload the cluster
	Version        *fakekube.VersionInfo `json:"serverVersion,omitempty"`
	AbsentGroups   []string              `json:"absentGroups,omitempty"`
	Faults         []fakekube.Fault      `json:"faults,omitempty"`
	Env            map[string]string     `json:"env,omitempty"`
	NoKube         bool                  `json:"noKube,omitempty"`  // neither KUBECONFIG nor in-cluster environment
	Compare        string                `json:"compare,omitempty"` // hint for checks: exact (default), error-only, presence
}

// Ident is a resource identifier.
type Ident struct {
	Group     string `json:"group"`
	Resource  string `json:"resource"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// ErrInfo describes an error returned by the plugin.
type ErrInfo struct {
	Message  string `json:"message"`
	Code     string `json:"code,omitempty"`
	Desc     string `json:"desc,omitempty"`
	Panicked bool   `json:"panicked,omitempty"`
	Location string `json:"location,omitempty"` // from the stack detail of the status, if any
}

// Result is what the plugin answered.
type Result struct {
	Name                        string             `json:"name"`
	Item                        map[string]any     `json:"item,omitempty"`
	ItemUnchanged               bool               `json:"itemUnchanged,omitempty"`
	AdditionalItems             []Ident            `json:"additionalItems,omitempty"`
	SkipRestore                 bool               `json:"skipRestore,omitempty"`
	WaitForAdditionalItems      bool               `json:"waitForAdditionalItems,omitempty"`
	AdditionalItemsReadyTimeout string             `json:"additionalItemsReadyTimeout,omitempty"`
	OperationID                 string             `json:"operationID,omitempty"`
	ItemsToUpdate               []Ident            `json:"itemsToUpdate,omitempty"`
	Ready                       *bool              `json:"ready,omitempty"`
	Progress                    any                `json:"progress,omitempty"`
	Selector                    *Selector          `json:"selector,omitempty"`
	Error                       *ErrInfo           `json:"error,omitempty"`
	Requests                    []string           `json:"requests,omitempty"`
	Writes                      []fakekube.Request `json:"writes,omitempty"`
	Changes                     []fakekube.Changed `json:"changes,omitempty"`
	PluginExited                bool               `json:"pluginExited,omitempty"`
	Logs                        []LogEntry         `json:"logs,omitempty"`
	DurationMs                  float64            `json:"durationMs,omitempty"`
}

// Selector is a ResourceSelector.
type Selector struct {
	IncludedNamespaces []string `json:"includedNamespaces,omitempty"`
	ExcludedNamespaces []string `json:"excludedNamespaces,omitempty"`
	IncludedResources  []string `json:"includedResources,omitempty"`
	ExcludedResources  []string `json:"excludedResources,omitempty"`
	LabelSelector      string   `json:"labelSelector,omitempty"`
}

func readCases(files []string) ([]Case, error) {
	var all []Case
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var cs []Case
		// Integers stay integers, as in Velero's own decoder.
		if err := utiljson.Unmarshal(b, &cs); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, c := range cs {
			if *fRun == "" || strings.Contains(c.Name, *fRun) {
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// callInput is a prepared call (everything decoded before the clock starts).
type callInput struct {
	c       *Case
	item    *unstructured.Unstructured
	from    *unstructured.Unstructured
	backup  *api.Backup
	restore *api.Restore
}

func prepare(c *Case) (*callInput, error) {
	in := &callInput{c: c}
	var err error
	if c.Item != nil {
		if in.item, err = toUnstructured(c.Item); err != nil {
			return nil, err
		}
	}
	f := c.ItemFromBackup
	if f == nil {
		f = c.Item
	}
	if f != nil {
		if in.from, err = toUnstructured(f); err != nil {
			return nil, err
		}
	}
	if c.Backup != nil {
		if in.backup, err = into[api.Backup](c.Backup); err != nil {
			return nil, err
		}
	}
	if c.Restore != nil {
		if in.restore, err = into[api.Restore](c.Restore); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func into[T any](m map[string]any) (*T, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	var t T
	return &t, json.Unmarshal(b, &t)
}

// toUnstructured goes through JSON so that numbers become int64/float64 as in Velero.
func toUnstructured(m map[string]any) (*unstructured.Unstructured, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(b, u); err != nil {
		// Unstructured insists on a kind; keep odd items as they are
		var c map[string]any
		if err2 := json.Unmarshal(b, &c); err2 != nil {
			return nil, err
		}
		u.Object = c
	}
	return u, nil
}
