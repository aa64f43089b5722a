package fakekube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"sigs.k8s.io/yaml"
)

func decode(b []byte, o *obj) error {
	if err := yaml.Unmarshal(b, o); err != nil {
		return err
	}
	if *o == nil {
		return fmt.Errorf("empty body")
	}
	return nil
}

func (s *Server) create(k key, o obj, res *Resource, version string) {
	o["apiVersion"], o["kind"] = apiVersion(k.group, version), res.Kind
	md := o["metadata"].(map[string]any)
	if res.Namespaced {
		md["namespace"] = k.ns
	}
	delete(md, "uid")
	delete(md, "resourceVersion")
	delete(md, "creationTimestamp")
	md["generation"] = 1
	s.st.fill(k, md)
	s.st.objs[k] = o
}

func (s *Server) put(k key, o obj, res *Resource, version string) {
	o["apiVersion"], o["kind"] = apiVersion(k.group, version), res.Kind
	s.st.rv++
	o["metadata"].(map[string]any)["resourceVersion"] = strconv.FormatInt(s.st.rv, 10)
	s.st.objs[k] = o
}

func (s *Server) patch(w http.ResponseWriter, req *http.Request, body []byte, k key, res *Resource, version string, nf func()) {
	cur, ok := s.st.objs[k]
	ct := strings.TrimSpace(strings.Split(req.Header.Get("Content-Type"), ";")[0])
	if !ok && ct != "application/apply-patch+yaml" {
		nf()
		return
	}
	var out []byte
	var err error
	switch ct {
	case "application/json-patch+json":
		var p jsonpatch.Patch
		if p, err = jsonpatch.DecodePatch(body); err == nil {
			out, err = p.Apply([]byte(canon(cur)))
		}
	case "application/apply-patch+yaml":
		var j []byte
		if j, err = yaml.YAMLToJSON(body); err != nil {
			break
		}
		if req.URL.Query().Get("fieldManager") == "" {
			writeStatus(w, 422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch", nil)
			return
		}
		if !ok {
			var o obj
			if err = json.Unmarshal(j, &o); err == nil {
				s.create(k, o, res, version)
				writeJSON(w, 201, s.out(o, res, version))
				return
			}
			break
		}
		out, err = jsonpatch.MergePatch([]byte(canon(cur)), j)
	case "application/merge-patch+json", "application/strategic-merge-patch+json":
		out, err = jsonpatch.MergePatch([]byte(canon(cur)), body)
	default:
		writeStatus(w, 415, "UnsupportedMediaType", "unsupported patch content type "+ct, nil)
		return
	}
	if err != nil {
		writeStatus(w, 400, "BadRequest", err.Error(), nil)
		return
	}
	var o obj
	if err := json.Unmarshal(out, &o); err != nil {
		writeStatus(w, 400, "BadRequest", err.Error(), nil)
		return
	}
	s.put(k, o, res, version)
	writeJSON(w, 200, s.out(o, res, version))
}

func (s *Server) out(o obj, res *Resource, version string) obj {
	c := deepCopy(o)
	c["apiVersion"], c["kind"] = apiVersion(res.Group, version), res.Kind
	return c
}
