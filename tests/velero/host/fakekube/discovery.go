package fakekube

import (
	"encoding/json"
	"net/http"
	"strings"
)

func (s *Server) groups() (names []string, versions map[string][]string) {
	versions = map[string][]string{}
	for _, x := range s.st.res {
		if s.absent(x.Group) {
			continue
		}
		if _, ok := versions[x.Group]; !ok {
			names = append(names, x.Group)
		}
		for _, v := range x.Versions {
			if !contains(versions[x.Group], v) {
				versions[x.Group] = append(versions[x.Group], v)
			}
		}
	}
	return
}

func contains(l []string, s string) bool {
	for _, x := range l {
		if x == s {
			return true
		}
	}
	return false
}

var verbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}

func wantsAggregated(req *http.Request) bool {
	return strings.Contains(req.Header.Get("Accept"), "as=APIGroupDiscoveryList")
}

func (s *Server) aggregated(w http.ResponseWriter, req *http.Request, core bool) {
	v := "v2"
	if !strings.Contains(req.Header.Get("Accept"), "v=v2;") && strings.Contains(req.Header.Get("Accept"), "v=v2beta1") {
		v = "v2beta1"
	}
	names, versions := s.groups()
	items := []any{}
	for _, g := range names {
		if (g == "") != core {
			continue
		}
		vs := []any{}
		for _, ver := range versions[g] {
			rs := []any{}
			for _, x := range s.st.res {
				if x.Group == g && contains(x.Versions, ver) {
					scope := "Cluster"
					if x.Namespaced {
						scope = "Namespaced"
					}
					rs = append(rs, obj{"resource": x.Plural, "responseKind": obj{"group": g, "version": ver, "kind": x.Kind}, "scope": scope, "singularResource": strings.ToLower(x.Kind), "verbs": verbs, "shortNames": x.Short})
				}
			}
			vs = append(vs, obj{"version": ver, "freshness": "Current", "resources": rs})
		}
		items = append(items, obj{"metadata": obj{"name": g, "creationTimestamp": nil}, "versions": vs})
	}
	b, _ := json.Marshal(obj{"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/" + v, "metadata": obj{}, "items": items})
	w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v="+v+";as=APIGroupDiscoveryList")
	w.WriteHeader(200)
	w.Write(b)
}

func (s *Server) apiRoot(w http.ResponseWriter, req *http.Request) {
	if wantsAggregated(req) {
		s.aggregated(w, req, true)
		return
	}
	writeJSON(w, 200, obj{"kind": "APIVersions", "versions": []string{"v1"}, "serverAddressByClientCIDRs": []any{obj{"clientCIDR": "0.0.0.0/0", "serverAddress": s.ln.Addr().String()}}})
}

func (s *Server) groupDoc(g string, vs []string) obj {
	l := []any{}
	for _, v := range vs {
		l = append(l, obj{"groupVersion": apiVersion(g, v), "version": v})
	}
	return obj{"name": g, "versions": l, "preferredVersion": l[0]}
}

func (s *Server) apisRoot(w http.ResponseWriter, req *http.Request) {
	if wantsAggregated(req) {
		s.aggregated(w, req, false)
		return
	}
	names, versions := s.groups()
	gs := []any{}
	for _, g := range names {
		if g != "" {
			gs = append(gs, s.groupDoc(g, versions[g]))
		}
	}
	writeJSON(w, 200, obj{"kind": "APIGroupList", "apiVersion": "v1", "groups": gs})
}

func (s *Server) apiGroup(w http.ResponseWriter, g string) {
	_, versions := s.groups()
	vs, ok := versions[g]
	if !ok {
		notFoundPath(w)
		return
	}
	d := s.groupDoc(g, vs)
	d["kind"], d["apiVersion"] = "APIGroup", "v1"
	writeJSON(w, 200, d)
}

func (s *Server) resourceList(w http.ResponseWriter, g, v string) {
	rs := []any{}
	for _, x := range s.st.res {
		if x.Group == g && contains(x.Versions, v) {
			rs = append(rs, obj{"name": x.Plural, "singularName": strings.ToLower(x.Kind), "namespaced": x.Namespaced, "kind": x.Kind, "verbs": verbs, "shortNames": x.Short})
		}
	}
	if len(rs) == 0 {
		notFoundPath(w)
		return
	}
	writeJSON(w, 200, obj{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": apiVersion(g, v), "resources": rs})
}
