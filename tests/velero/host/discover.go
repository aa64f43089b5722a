package main

import (
	"os"
	"time"

	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/process"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
)

// cmdDiscover does what Velero does at start: list all plugins of a directory and register them, and get every action.
func cmdDiscover(dir string) error {
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	envOn(k)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	os.Args[0] = self
	sink := &logSink{}
	log := newLogger(level(), sink, *fVerbose)
	began := time.Now()
	reg := process.NewRegistry(dir, log, level())
	if err := reg.DiscoverPlugins(); err != nil {
		return err
	}
	took := time.Since(began)
	m := clientmgmt.NewManager(log, level(), reg)
	listed := map[string][]string{}
	for _, kd := range common.AllPluginKinds() {
		var l []string
		for _, id := range reg.List(kd) {
			l = append(l, id.Name)
		}
		if l != nil {
			listed[string(kd)] = l
		}
	}
	bia, err := m.GetBackupItemActionsV2()
	if err != nil {
		return err
	}
	var order []string
	for _, a := range bia {
		order = append(order, a.Name())
	}
	backup := order
	ria, err := m.GetRestoreItemActionsV2()
	if err != nil {
		return err
	}
	order = nil
	for _, a := range ria {
		order = append(order, a.Name())
	}
	m.CleanupClients()
	return printJSON(map[string]any{"listed": listed, "backupOrder": backup, "restoreOrder": order,
		"discoveryMs": took.Milliseconds(), "complaints": complaints(sink.take())})
}
