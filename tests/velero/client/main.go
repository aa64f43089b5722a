// client starts as an older Velero server does: it discovers the plugins of a folder and prints what each kind has.
//
//	client server FLAGS... DIR
//
// The server's flags matter: releases before 1.15 pass none of them on to plugins.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/process"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "run-plugins" { // what a registry asks of its own executable: no plugins here
		framework.NewServer().Serve()
		return
	}
	dir := os.Args[len(os.Args)-1]
	log := logrus.New()
	log.SetOutput(io.Discard)
	registry := process.NewRegistry(dir, log, logrus.InfoLevel)
	if err := registry.DiscoverPlugins(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	listed := map[string][]string{}
	for _, kind := range common.AllPluginKinds() {
		for _, id := range registry.List(kind) {
			listed[string(kind)] = append(listed[string(kind)], id.Name)
		}
	}
	json.NewEncoder(os.Stdout).Encode(listed)
}
