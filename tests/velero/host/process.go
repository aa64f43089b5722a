package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/vmware-tanzu/velero/pkg/plugin/clientmgmt/process"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework/common"
)

// LogEntry is one log line that reached the host (from the plugin's stderr, through go-plugin).
type LogEntry struct {
	Level  string         `json:"level"`
	Msg    string         `json:"msg"`
	Fields map[string]any `json:"fields,omitempty"`
}

type logSink struct {
	mu sync.Mutex
	l  []LogEntry
}

func (s *logSink) Levels() []logrus.Level { return logrus.AllLevels }
func (s *logSink) Fire(e *logrus.Entry) error {
	f := map[string]any{}
	for k, v := range e.Data {
		if k != "cmd" {
			f[k] = fmt.Sprint(v)
		}
	}
	s.mu.Lock()
	s.l = append(s.l, LogEntry{e.Level.String(), e.Message, f})
	s.mu.Unlock()
	return nil
}
func (s *logSink) take() []LogEntry { s.mu.Lock(); defer s.mu.Unlock(); l := s.l; s.l = nil; return l }

// Plugin is a started plugin binary, held through Velero's own restartable process.
type Plugin struct {
	Binary string
	Proc   process.RestartableProcess
	Pid    int
	Spawn  time.Duration // time for spawn and go-plugin handshake
	sink   *logSink
}

func newLogger(level logrus.Level, sink *logSink, verbose bool) *logrus.Logger {
	l := logrus.New()
	l.SetLevel(level)
	l.SetOutput(io.Discard)
	if verbose {
		l.SetOutput(os.Stderr)
	}
	l.AddHook(sink)
	return l
}

func startPlugin(binary string, level logrus.Level, verbose bool) (*Plugin, error) {
	abs, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	sink := &logSink{}
	before := children(os.Getpid())
	t0 := time.Now()
	p, err := process.NewRestartableProcessFactory().NewRestartableProcess(abs, newLogger(level, sink, verbose), level)
	d := time.Since(t0)
	if err != nil {
		return nil, err
	}
	pl := &Plugin{Binary: abs, Proc: p, Spawn: d, sink: sink}
	for pid := range children(os.Getpid()) {
		if !before[pid] {
			pl.Pid = pid
		}
	}
	return pl, nil
}

func (p *Plugin) list() ([]framework.PluginIdentifier, error) {
	d, err := p.Proc.GetByKindAndName(process.KindAndName{Kind: common.PluginKindPluginLister})
	if err != nil {
		return nil, err
	}
	l, ok := d.(framework.PluginLister)
	if !ok {
		return nil, fmt.Errorf("%T is not a PluginLister", d)
	}
	return l.ListPlugins()
}

func (p *Plugin) alive() bool {
	if p.Pid == 0 {
		return true
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		return false
	}
	i := strings.LastIndexByte(string(b), ')')
	return i > 0 && len(b) > i+2 && b[i+2] != 'Z' && b[i+2] != 'X'
}

func (p *Plugin) stop() { p.Proc.Stop() }

// children returns the direct children of pid.
func children(pid int) map[int]bool {
	out := map[int]bool{}
	ents, _ := os.ReadDir("/proc")
	for _, e := range ents {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		s := string(b)
		i := strings.LastIndexByte(s, ')')
		if i < 0 {
			continue
		}
		f := strings.Fields(s[i+1:])
		if len(f) > 1 && f[1] == strconv.Itoa(pid) {
			out[n] = true
		}
	}
	return out
}

func descendants(pid int) []int {
	out := []int{pid}
	for c := range children(pid) {
		out = append(out, descendants(c)...)
	}
	return out
}

// ProcStat is the memory and CPU of a process and its descendants.
type ProcStat struct {
	VmHWMKiB  int `json:"vmHWMKiB"`
	VmRSSKiB  int `json:"vmRSSKiB"`
	Threads   int `json:"threads"`
	CPUMs     int `json:"cpuMs"`
	Processes int `json:"processes"`
}

func procStat(pid int) ProcStat {
	var st ProcStat
	for _, p := range descendants(pid) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
		if err != nil {
			continue
		}
		st.Processes++
		for _, l := range strings.Split(string(b), "\n") {
			f := strings.Fields(l)
			if len(f) < 2 {
				continue
			}
			n, _ := strconv.Atoi(f[1])
			switch f[0] {
			case "VmHWM:":
				st.VmHWMKiB += n
			case "VmRSS:":
				st.VmRSSKiB += n
			case "Threads:":
				st.Threads += n
			}
		}
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p)); err == nil {
			s := string(b)
			f := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
			u, _ := strconv.Atoi(f[11])
			k, _ := strconv.Atoi(f[12])
			st.CPUMs += (u + k) * 10
		}
	}
	return st
}
