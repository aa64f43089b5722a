package fakekube

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
)

type obj = map[string]any

type key struct{ group, plural, ns, name string }

// Fault answers a matching request with an error instead of the stored object.
type Fault struct {
	Method  string `json:"method,omitempty"`  // empty = any
	Path    string `json:"path"`              // exact path, or a prefix when it ends with *
	Status  int    `json:"status"`            // HTTP status
	Reason  string `json:"reason,omitempty"`  // metav1.StatusReason
	Message string `json:"message,omitempty"` // status message
	Times   int    `json:"times,omitempty"`   // 0 = always
	DelayMs int    `json:"delayMs,omitempty"` // sleep before answering; Status 0 = then answer normally
}

// State is what one test case sees.
type State struct {
	Version      VersionInfo
	AbsentGroups []string
	Faults       []Fault
}

// VersionInfo is served at /version.
type VersionInfo struct {
	Major      string `json:"major"`
	Minor      string `json:"minor"`
	GitVersion string `json:"gitVersion"`
	Platform   string `json:"platform,omitempty"`
}

// DefaultVersion is what an OpenShift 4.16-like API server answers.
var DefaultVersion = VersionInfo{Major: "1", Minor: "29", GitVersion: "v1.29.7+4510e9c", Platform: "linux/amd64"}

type store struct {
	mu      sync.Mutex
	res     []Resource
	byKind  map[string]*Resource // group/kind
	byPlur  map[string]*Resource // group/plural
	objs    map[key]obj
	rv      int64
	state   State
	hits    map[int]int
	initial map[key]string
}

func newStore(res []Resource) *store {
	s := &store{}
	s.setResources(res)
	s.reset(State{})
	return s
}

func (s *store) setResources(res []Resource) {
	s.res = append([]Resource{}, res...)
	s.index()
}

func (s *store) index() {
	s.byKind, s.byPlur = map[string]*Resource{}, map[string]*Resource{}
	for i := range s.res {
		x := &s.res[i]
		s.byKind[x.Group+"/"+x.Kind] = x
		s.byPlur[x.Group+"/"+x.Plural] = x
	}
}

func (s *store) reset(st State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.Version.GitVersion == "" {
		st.Version = DefaultVersion
	}
	s.objs, s.rv, s.state, s.hits = map[key]obj{}, 1000, st, map[int]int{}
	s.initial = map[key]string{}
}

// load stores an object as it is, filling in uid/resourceVersion/creationTimestamp where missing.
func (s *store) load(o obj) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if items, ok := o["items"].([]any); ok && strings.HasSuffix(str(o, "kind"), "List") {
		for _, it := range items {
			if m, ok := it.(map[string]any); ok {
				if err := s.loadLocked(m); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return s.loadLocked(o)
}

func (s *store) loadLocked(o obj) error {
	av, kind := str(o, "apiVersion"), str(o, "kind")
	if av == "" || kind == "" {
		return fmt.Errorf("object without apiVersion/kind: %v", o)
	}
	group, version := splitAPIVersion(av)
	res := s.byKind[group+"/"+kind]
	md, _ := o["metadata"].(map[string]any)
	if md == nil {
		return fmt.Errorf("object without metadata: %s %s", av, kind)
	}
	if res == nil {
		plural := strings.ToLower(kind)
		switch {
		case strings.HasSuffix(plural, "s"):
			plural += "es"
		case strings.HasSuffix(plural, "y"):
			plural = plural[:len(plural)-1] + "ies"
		default:
			plural += "s"
		}
		s.res = append(s.res, Resource{Group: group, Versions: []string{version}, Plural: plural, Kind: kind, Namespaced: str(md, "namespace") != ""})
		s.index()
		res = s.byKind[group+"/"+kind]
	}
	k := key{group, res.Plural, "", str(md, "name")}
	if res.Namespaced {
		k.ns = str(md, "namespace")
		if k.ns == "" {
			k.ns = "default"
			md["namespace"] = "default"
		}
	}
	if k.name == "" {
		return fmt.Errorf("object without name: %s %s", av, kind)
	}
	s.fill(k, md)
	s.objs[k] = o
	s.initial[k] = canon(o)
	return nil
}

func (s *store) fill(k key, md obj) {
	if str(md, "uid") == "" {
		h := sha256.Sum256([]byte(strings.Join([]string{k.group, k.plural, k.ns, k.name}, "/")))
		md["uid"] = fmt.Sprintf("%x-%x-4%x-8%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
		md["uid"] = fixUUID(md["uid"].(string))
	}
	if str(md, "creationTimestamp") == "" {
		md["creationTimestamp"] = "2025-01-01T00:00:00Z"
	}
	if str(md, "resourceVersion") == "" {
		s.rv++
		md["resourceVersion"] = strconv.FormatInt(s.rv, 10)
	}
}

// fixUUID trims the groups to 8-4-4-4-12.
func fixUUID(u string) string {
	p := strings.Split(u, "-")
	w := []int{8, 4, 4, 4, 12}
	for i := range p {
		if len(p[i]) > w[i] {
			p[i] = p[i][:w[i]]
		}
	}
	return strings.Join(p, "-")
}

// Changed lists objects that differ from what was loaded.
type Changed struct {
	Op     string `json:"op"` // created, updated, deleted
	Group  string `json:"group"`
	Plural string `json:"resource"`
	NS     string `json:"namespace,omitempty"`
	Name   string `json:"name"`
	Object obj    `json:"object,omitempty"`
}

func (s *store) changes() []Changed {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Changed
	for k, o := range s.objs {
		was, had := s.initial[k]
		if had && was == canon(o) {
			continue
		}
		op := "created"
		if had {
			op = "updated"
		}
		c := deepCopy(o)
		if md, ok := c["metadata"].(map[string]any); ok {
			delete(md, "resourceVersion")
		}
		out = append(out, Changed{op, k.group, k.plural, k.ns, k.name, c})
	}
	for k := range s.initial {
		if _, ok := s.objs[k]; !ok {
			out = append(out, Changed{"deleted", k.group, k.plural, k.ns, k.name, nil})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Group+"/"+out[i].Plural+"/"+out[i].NS+"/"+out[i].Name < out[j].Group+"/"+out[j].Plural+"/"+out[j].NS+"/"+out[j].Name
	})
	return out
}

func str(o obj, f string) string { v, _ := o[f].(string); return v }

func canon(o obj) string { b, _ := json.Marshal(o); return string(b) }

func deepCopy(o obj) obj {
	b, _ := json.Marshal(o)
	var c obj
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	_ = d.Decode(&c)
	return c
}
