package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/vmware-tanzu/velero/pkg/plugin/framework"

	"workloads.test/host/fakekube"
)

// complaints are the lines at warning level or above that the host heard of or from plugins.
func complaints(logs []LogEntry) []LogEntry {
	out := []LogEntry{}
	for _, l := range logs {
		if l.Level == "warning" || l.Level == "error" || l.Level == "fatal" || l.Level == "panic" {
			out = append(out, l)
		}
	}
	return out
}

func firstCase(file string) (*callInput, error) {
	cases, err := readCases([]string{file})
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: no case", file)
	}
	return prepare(&cases[0])
}

// cmdKill kills the plugin while it waits for the API server (the case's faults delay that answer), then calls
// through the same restartable process until a call succeeds, as Velero's next items do.
func cmdKill(bin, file string) error {
	in, err := firstCase(file)
	if err != nil {
		return err
	}
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	envOn(k)
	k.srv.Reset(fakekube.State{Faults: in.c.Faults})
	if err := k.srv.Load(in.c.Cluster); err != nil {
		return err
	}
	p, err := startPlugin(bin, level(), *fVerbose)
	if err != nil {
		return err
	}
	defer p.stop()
	done := make(chan Result, 1)
	go func() { done <- p.call(in) }()
	for end := time.Now().Add(30 * time.Second); k.srv.Held() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("the call never reached the API server's delayed path")
		}
	}
	if err := syscall.Kill(p.Pid, syscall.SIGKILL); err != nil {
		return err
	}
	killed := <-done
	k.srv.SetState(fakekube.State{})
	failed := 0
	var next Result
	for failed < 200 {
		if next = p.call(in); next.Error == nil {
			break
		}
		failed++
		time.Sleep(20 * time.Millisecond)
	}
	return printJSON(map[string]any{"killed": killed.Error, "failedAfter": failed, "next": next})
}

// cmdShutdown starts the plugin, calls it once and stops it as Velero does, several times.
func cmdShutdown(bin, file string) error {
	in, err := firstCase(file)
	if err != nil {
		return err
	}
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	envOn(k)
	if err := k.srv.Load(in.c.Cluster); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "host-shutdown-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	os.Setenv("TMPDIR", tmp)
	var took []time.Duration
	left, logs, alive := []string{}, []LogEntry{}, 0
	for i := 0; i < *fRounds; i++ {
		p, err := startPlugin(bin, level(), *fVerbose)
		if err != nil {
			return err
		}
		if r := p.call(in); r.Error != nil {
			return fmt.Errorf("call: %s", r.Error.Message)
		}
		t0 := time.Now()
		p.stop()
		took = append(took, time.Since(t0))
		if p.alive() {
			alive++
		}
		logs = append(logs, p.sink.take()...)
		rest, _ := filepath.Glob(tmp + "/*")
		left = append(left, rest...)
	}
	exits := []string{}
	for _, l := range logs {
		if strings.Contains(l.Msg, "plugin process exited") {
			exits = append(exits, strings.TrimSpace(l.Level+" "+fieldText(l, "error")))
		}
	}
	return printJSON(map[string]any{"rounds": *fRounds, "stop": quantiles(took), "exits": exits, "aliveAfter": alive,
		"leftInTemp": left, "complaints": complaints(logs)})
}

func fieldText(l LogEntry, name string) string {
	v, _ := l.Fields[name].(string)
	return v
}

// cmdHold leaves the plugin running and waits for its own end by a signal that it cannot catch.
func cmdHold(bin string) error {
	return withListed(bin, func(p *Plugin, _ []framework.PluginIdentifier) error {
		if err := printJSON(map[string]any{"host": os.Getpid(), "plugin": p.Pid}); err != nil {
			return err
		}
		select {}
	})
}
