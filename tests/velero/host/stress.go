package main

import (
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strings"
	"sync"

	"workloads.test/host/fakekube"
)

// cmdStress runs all cases of a file one after another in one process, then all at once in fresh processes, and
// compares. The clusters of all cases are loaded together, so the cases must not contradict each other.
func cmdStress(bin, file string) error {
	cases, err := readCases([]string{file})
	if err != nil {
		return err
	}
	k, err := newKubeEnv()
	if err != nil {
		return err
	}
	defer k.close()
	envOn(k)
	load := func() error {
		k.srv.Reset(fakekube.State{})
		for i := range cases {
			if err := k.srv.Load(cases[i].Cluster); err != nil {
				return err
			}
		}
		return nil
	}
	if err := load(); err != nil {
		return err
	}
	ins := make([]*callInput, len(cases))
	want := make([]map[string]any, len(cases))
	serial := 0
	p, err := startPlugin(bin, level(), *fVerbose)
	if err != nil {
		return err
	}
	for i := range cases {
		if ins[i], err = prepare(&cases[i]); err != nil {
			return err
		}
		r := p.call(ins[i])
		if r.Error != nil {
			serial++
		}
		want[i] = comparableResult(r, false)
	}
	p.stop()
	out := map[string]any{"cases": len(cases), "concurrency": *fC, "rounds": *fRounds, "serialErrors": serial}
	errs, mismatches, crashes := 0, 0, 0
	var samples []string
	for round := 0; round < *fRounds; round++ {
		if err := load(); err != nil {
			return err
		}
		p, err := startPlugin(bin, level(), *fVerbose)
		if err != nil {
			return err
		}
		pid := p.Pid
		order := rand.Perm(len(ins))
		res := make([]Result, len(ins))
		work := make(chan int)
		var wg sync.WaitGroup
		for c := 0; c < *fC; c++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range work {
					res[i] = p.call(ins[i])
				}
			}()
		}
		for _, i := range order {
			work <- i
		}
		close(work)
		wg.Wait()
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil || !p.alive() {
			crashes++
		}
		for i, r := range res {
			got := comparableResult(r, false)
			if r.Error != nil && !want[i]["error"].(bool) {
				errs++
				if len(samples) < 5 {
					samples = append(samples, cases[i].Name+": "+r.Error.Message)
				}
			} else if !reflect.DeepEqual(got, want[i]) {
				mismatches++
				if len(samples) < 5 {
					var d []string
					diff(want[i], got, "", &d)
					samples = append(samples, cases[i].Name+": "+strings.Join(d, "; "))
				}
			}
		}
		for _, l := range p.sink.take() {
			if strings.Contains(l.Msg, "concurrent map") || strings.Contains(l.Msg, "fatal error") {
				samples = append(samples, "log: "+l.Msg)
				break
			}
		}
		p.stop()
	}
	out["unexpectedErrors"], out["mismatches"], out["crashedRounds"], out["samples"] = errs, mismatches, crashes, samples
	return printJSON(out)
}
