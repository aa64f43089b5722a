package fakekube

import (
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
)

func (s *Server) match(req *http.Request, res *Resource, ns string) []obj {
	q := req.URL.Query()
	sel, err := labels.Parse(q.Get("labelSelector"))
	if err != nil {
		sel = labels.Nothing()
	}
	var items []obj
	for k, o := range s.st.objs {
		if k.group != res.Group || k.plural != res.Plural || (ns != "" && k.ns != ns) {
			continue
		}
		md := o["metadata"].(map[string]any)
		set := labels.Set{}
		if l, ok := md["labels"].(map[string]any); ok {
			for a, b := range l {
				set[a] = fmt.Sprint(b)
			}
		}
		if !sel.Matches(set) || !fieldMatch(q.Get("fieldSelector"), k) {
			continue
		}
		items = append(items, o)
	}
	sort.Slice(items, func(i, j int) bool {
		a, b := items[i]["metadata"].(map[string]any), items[j]["metadata"].(map[string]any)
		return str(a, "namespace")+"/"+str(a, "name") < str(b, "namespace")+"/"+str(b, "name")
	})
	return items
}

func fieldMatch(fs string, k key) bool {
	if fs == "" {
		return true
	}
	for _, t := range strings.Split(fs, ",") {
		neg := strings.Contains(t, "!=")
		kv := strings.SplitN(strings.ReplaceAll(strings.ReplaceAll(t, "!=", "="), "==", "="), "=", 2)
		if len(kv) != 2 {
			continue
		}
		var v string
		switch kv[0] {
		case "metadata.name":
			v = k.name
		case "metadata.namespace":
			v = k.ns
		default:
			continue
		}
		if (v == kv[1]) == neg {
			return false
		}
	}
	return true
}

func (s *Server) list(w http.ResponseWriter, req *http.Request, res *Resource, version, ns string) {
	all := s.match(req, res, ns)
	q := req.URL.Query()
	start, _ := strconv.Atoi(q.Get("continue"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	md := obj{"resourceVersion": strconv.FormatInt(s.st.rv, 10)}
	end := len(all)
	if start > end {
		start = end
	}
	if limit > 0 && start+limit < end {
		end = start + limit
		md["continue"] = strconv.Itoa(end)
		md["remainingItemCount"] = len(all) - end
	}
	items := []any{}
	for _, o := range all[start:end] {
		items = append(items, s.out(o, res, version))
	}
	kind, av := res.Kind+"List", apiVersion(res.Group, version)
	if strings.Contains(req.Header.Get("Accept"), "as=PartialObjectMetadataList") {
		for i := range items {
			m := items[i].(obj)
			items[i] = obj{"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": m["metadata"]}
		}
		kind, av = "PartialObjectMetadataList", "meta.k8s.io/v1"
	}
	writeJSON(w, 200, obj{"kind": kind, "apiVersion": av, "metadata": md, "items": items})
}
