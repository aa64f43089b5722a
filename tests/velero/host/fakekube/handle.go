package fakekube

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

func writeJSON(w http.ResponseWriter, code int, v any) {
	b, _ := json.Marshal(v)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	w.Write(b)
}

func writeStatus(w http.ResponseWriter, code int, reason, msg string, details obj) {
	st := obj{"kind": "Status", "apiVersion": "v1", "metadata": obj{}, "status": "Failure", "message": msg, "reason": reason, "code": code}
	if details != nil {
		st["details"] = details
	}
	writeJSON(w, code, st)
}

func notFoundPath(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(404)
	io.WriteString(w, "404 page not found\n")
}

func defaultReason(code int) string {
	switch code {
	case 400:
		return "BadRequest"
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 404:
		return "NotFound"
	case 405:
		return "MethodNotAllowed"
	case 409:
		return "Conflict"
	case 410:
		return "Gone"
	case 422:
		return "Invalid"
	case 429:
		return "TooManyRequests"
	case 503:
		return "ServiceUnavailable"
	case 504:
		return "Timeout"
	}
	return "InternalError"
}

func (s *Server) fault(w http.ResponseWriter, req *http.Request) bool {
	s.st.mu.Lock()
	var hit *Fault
	for i := range s.st.state.Faults {
		f := &s.st.state.Faults[i]
		if f.Method != "" && !strings.EqualFold(f.Method, req.Method) {
			continue
		}
		if strings.HasSuffix(f.Path, "*") {
			if !strings.HasPrefix(req.URL.Path, strings.TrimSuffix(f.Path, "*")) {
				continue
			}
		} else if f.Path != req.URL.Path {
			continue
		}
		if f.Times > 0 && s.st.hits[i] >= f.Times {
			continue
		}
		s.st.hits[i]++
		hit = f
		break
	}
	s.st.mu.Unlock()
	if hit == nil {
		return false
	}
	if hit.DelayMs > 0 {
		s.held.Add(1)
		time.Sleep(time.Duration(hit.DelayMs) * time.Millisecond)
		s.held.Add(-1)
	}
	if hit.Status == 0 {
		return false
	}
	reason, msg := hit.Reason, hit.Message
	if reason == "" {
		reason = defaultReason(hit.Status)
	}
	if msg == "" {
		msg = fmt.Sprintf("fault injected: %s %s", req.Method, req.URL.Path)
	}
	writeStatus(w, hit.Status, reason, msg, nil)
	return true
}

func (s *Server) absent(group string) bool {
	for _, g := range s.st.state.AbsentGroups {
		if g == group {
			return true
		}
	}
	return false
}

func (s *Server) handle(w http.ResponseWriter, req *http.Request, body []byte) {
	if s.fault(w, req) {
		return
	}
	s.st.mu.Lock()
	defer s.st.mu.Unlock()
	p := strings.Trim(req.URL.Path, "/")
	switch p {
	case "version":
		writeJSON(w, 200, s.st.state.Version)
		return
	case "healthz", "livez", "readyz":
		io.WriteString(w, "ok")
		return
	case "api":
		s.apiRoot(w, req)
		return
	case "apis":
		s.apisRoot(w, req)
		return
	case "":
		writeJSON(w, 200, obj{"paths": []string{"/api", "/api/v1", "/apis", "/version", "/healthz"}})
		return
	}
	seg := strings.Split(p, "/")
	var group, version string
	switch {
	case seg[0] == "api" && len(seg) >= 2:
		version, seg = seg[1], seg[2:]
	case seg[0] == "apis" && len(seg) == 2:
		s.apiGroup(w, seg[1])
		return
	case seg[0] == "apis" && len(seg) >= 3:
		group, version, seg = seg[1], seg[2], seg[3:]
	default:
		notFoundPath(w)
		return
	}
	if s.absent(group) {
		notFoundPath(w)
		return
	}
	if len(seg) == 0 {
		s.resourceList(w, group, version)
		return
	}
	ns := ""
	hasNS := false
	// /namespaces/{ns}/{plural}/... ; but /namespaces and /namespaces/{name}[/status|finalize] are core resources
	if seg[0] == "namespaces" && len(seg) >= 3 && seg[2] != "status" && seg[2] != "finalize" {
		ns, hasNS, seg = seg[1], true, seg[2:]
	}
	res := s.st.byPlur[group+"/"+seg[0]]
	okVersion := false
	if res != nil {
		for _, v := range res.Versions {
			okVersion = okVersion || v == version
		}
	}
	if !okVersion || (hasNS && !res.Namespaced) {
		notFoundPath(w)
		return
	}
	name := ""
	if len(seg) > 1 {
		name = seg[1]
	}
	if name != "" && res.Namespaced && !hasNS {
		notFoundPath(w)
		return
	}
	k := key{group, res.Plural, ns, name}
	gr := res.Plural
	if group != "" {
		gr += "." + group
	}
	nf := func() {
		writeStatus(w, 404, "NotFound", fmt.Sprintf("%s %q not found", gr, name), obj{"name": name, "group": group, "kind": res.Plural})
	}
	switch req.Method {
	case "GET":
		if name == "" {
			s.list(w, req, res, version, ns)
			return
		}
		o, ok := s.st.objs[k]
		if !ok {
			nf()
			return
		}
		writeJSON(w, 200, s.out(o, res, version))
	case "POST":
		if name != "" {
			notFoundPath(w)
			return
		}
		var o obj
		if err := decode(body, &o); err != nil {
			writeStatus(w, 400, "BadRequest", err.Error(), nil)
			return
		}
		md, _ := o["metadata"].(map[string]any)
		if md == nil {
			md = obj{}
			o["metadata"] = md
		}
		if str(md, "name") == "" && str(md, "generateName") != "" {
			s.st.rv++
			md["name"] = fmt.Sprintf("%s%05d", str(md, "generateName"), s.st.rv)
		}
		k.name = str(md, "name")
		if k.name == "" {
			writeStatus(w, 422, "Invalid", "name or generateName is required", nil)
			return
		}
		if _, exists := s.st.objs[k]; exists {
			writeStatus(w, 409, "AlreadyExists", fmt.Sprintf("%s %q already exists", gr, k.name), obj{"name": k.name, "group": group, "kind": res.Plural})
			return
		}
		s.create(k, o, res, version)
		writeJSON(w, 201, s.out(o, res, version))
	case "PATCH":
		s.patch(w, req, body, k, res, version, nf)
	case "DELETE":
		if name == "" {
			notFoundPath(w)
			return
		}
		if _, ok := s.st.objs[k]; !ok {
			nf()
			return
		}
		delete(s.st.objs, k)
		writeJSON(w, 200, obj{"kind": "Status", "apiVersion": "v1", "status": "Success", "details": obj{"name": name, "group": group, "kind": res.Plural}})
	default:
		writeStatus(w, 405, "MethodNotAllowed", "method not allowed", nil)
	}
}
