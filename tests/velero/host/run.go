package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"workloads.test/host/fakekube"
)

type runner struct {
	bin     string
	k       *kubeEnv
	p       *Plugin
	session string
	env     map[string]string
}

func (r *runner) stop() {
	if r.p != nil {
		r.p.stop()
		r.p = nil
	}
	for n := range r.env {
		os.Unsetenv(n)
	}
	r.env = nil
}

func (r *runner) run(c *Case) Result {
	in, err := prepare(c)
	if err != nil {
		return Result{Name: c.Name, Error: &ErrInfo{Message: "host: " + err.Error()}}
	}
	keep := r.p != nil && (*fShared || (c.Session != "" && c.Session == r.session))
	if !keep {
		r.stop()
	}
	st := fakekube.State{AbsentGroups: c.AbsentGroups, Faults: c.Faults}
	if c.Version != nil {
		st.Version = *c.Version
	}
	if c.KeepCluster && keep {
		r.k.srv.SetState(st)
	} else {
		r.k.srv.Reset(st)
	}
	if err := r.k.srv.Load(c.Cluster); err != nil {
		return Result{Name: c.Name, Error: &ErrInfo{Message: "host: " + err.Error()}}
	}
	if !keep {
		envOn(r.k)
		if c.NoKube {
			r.k.set(false)
		}
		r.env = c.Env
		for n, v := range c.Env {
			os.Setenv(n, v)
		}
		p, err := startPlugin(r.bin, level(), *fVerbose)
		if err != nil {
			return Result{Name: c.Name, Error: &ErrInfo{Message: "host: start: " + err.Error()}}
		}
		r.p, r.session = p, c.Session
	}
	r.k.srv.ClearLog()
	r.p.sink.take()
	t0 := time.Now()
	res := r.p.call(in)
	d := time.Since(t0)
	if *fTiming {
		res.DurationMs = float64(d.Microseconds()) / 1000
	}
	if !r.p.alive() {
		res.PluginExited = true
	}
	if res.Item != nil && c.Item != nil && canonical(res.Item) == canonical(c.Item) {
		res.ItemUnchanged = true
		if *fBrief {
			res.Item = nil
		}
	}
	for _, q := range r.k.srv.Requests() {
		s := q.Method + " " + q.Path
		if q.Query != "" {
			s += "?" + q.Query
		}
		res.Requests = append(res.Requests, fmt.Sprintf("%s -> %d", s, q.Status))
		if q.Method != "GET" {
			res.Writes = append(res.Writes, fakekube.Request{Method: q.Method, Path: q.Path, Query: q.Query, Status: q.Status, CType: q.CType, Body: q.Body})
		}
	}
	res.Changes = r.k.srv.Changes()
	if *fLogs {
		time.Sleep(20 * time.Millisecond) // stderr is read asynchronously
		res.Logs = r.p.sink.take()
	}
	return res
}

func canonical(v any) string { b, _ := json.Marshal(v); return string(b) }

func runAll(bin string, cases []Case, each func(Case, Result)) error {
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	r := &runner{bin: bin, k: k}
	defer r.stop()
	for i := range cases {
		each(cases[i], r.run(&cases[i]))
	}
	return nil
}

func cmdRun(bin string, files []string) error {
	cases, err := readCases(files)
	if err != nil {
		return err
	}
	out := []Result{}
	if err := runAll(bin, cases, func(_ Case, r Result) { out = append(out, r) }); err != nil {
		return err
	}
	return printJSON(out)
}
