// Package fakekube is a small in-memory Kubernetes API server for tests on the loopback address.
package fakekube

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"sigs.k8s.io/yaml"
)

// Request is one logged request.
type Request struct {
	Time      string          `json:"time,omitempty"`
	Method    string          `json:"method"`
	Path      string          `json:"path"`
	Query     string          `json:"query,omitempty"`
	Status    int             `json:"status"`
	UserAgent string          `json:"userAgent,omitempty"`
	Accept    string          `json:"accept,omitempty"`
	CType     string          `json:"contentType,omitempty"`
	Auth      bool            `json:"auth,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
}

// Server is a running fake API server.
type Server struct {
	URL   string
	Host  string
	Port  string
	CAPEM []byte
	Token string

	st   *store
	http *http.Server
	ln   net.Listener

	held atomic.Int32
	mu   sync.Mutex
	reqs []Request
}

// Start starts a server on a free port of 127.0.0.1.
func Start() (*Server, error) {
	s := &Server{st: newStore(DefaultResources()), Token: "testbed-token"}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.ln = ln
	s.Host, s.Port, _ = net.SplitHostPort(ln.Addr().String())
	s.http = &http.Server{Handler: s, ErrorLog: nil}
	cert, ca, err := selfSigned()
	if err != nil {
		return nil, err
	}
	s.CAPEM = ca
	s.URL = "https://" + ln.Addr().String()
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	go s.http.ServeTLS(ln, "", "")
	return s, nil
}

// Close stops the server.
func (s *Server) Close() { s.http.Close() }

// Reset drops all objects and the request log and sets a new state.
func (s *Server) Reset(st State) {
	s.st.reset(st)
	s.mu.Lock()
	s.reqs = nil
	s.mu.Unlock()
}

// SetState changes version, absent groups and faults without touching the objects.
func (s *Server) SetState(st State) {
	s.st.mu.Lock()
	if st.Version.GitVersion == "" {
		st.Version = DefaultVersion
	}
	s.st.state, s.st.hits = st, map[int]int{}
	s.st.mu.Unlock()
}

// ClearLog empties the request log.
func (s *Server) ClearLog() { s.mu.Lock(); s.reqs = nil; s.mu.Unlock() }

// Held is the number of requests that a fault delays at this moment.
func (s *Server) Held() int { return int(s.held.Load()) }

// Load adds objects.
func (s *Server) Load(objs []map[string]any) error {
	for _, o := range objs {
		if err := s.st.load(deepCopy(o)); err != nil {
			return err
		}
	}
	return nil
}

// Requests returns the logged requests.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request{}, s.reqs...)
}

// Changes returns the objects that differ from what was loaded.
func (s *Server) Changes() []Changed { return s.st.changes() }

// Kubeconfig returns a kubeconfig document for the server.
func (s *Server) Kubeconfig() []byte {
	return []byte(fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: fake
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: fake
  user:
    token: %s
contexts:
- name: fake
  context:
    cluster: fake
    user: fake
    namespace: velero
current-context: fake
`, s.URL, base64.StdEncoding.EncodeToString(s.CAPEM), s.Token))
}

// WriteServiceAccountDir writes token, ca.crt and namespace as in a pod.
func (s *Server) WriteServiceAccountDir(dir string) error {
	for n, b := range map[string][]byte{"token": []byte(s.Token), "ca.crt": s.CAPEM, "namespace": []byte("velero")} {
		if err := os.WriteFile(dir+"/"+n, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(c int) { w.code = c; w.ResponseWriter.WriteHeader(c) }
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	sw := &statusWriter{ResponseWriter: w, code: 200}
	rec := Request{Time: time.Now().UTC().Format(time.RFC3339Nano), Method: req.Method, Path: req.URL.Path, Query: req.URL.RawQuery,
		UserAgent: req.UserAgent(), Accept: req.Header.Get("Accept"), CType: req.Header.Get("Content-Type"), Auth: req.Header.Get("Authorization") != ""}
	if len(body) > 0 {
		if j, err := yaml.YAMLToJSON(body); err == nil {
			rec.Body = j
		} else {
			rec.Body, _ = json.Marshal(fmt.Sprintf("%d bytes, not JSON or YAML", len(body)))
		}
	}
	s.handle(sw, req, body)
	rec.Status = sw.code
	s.mu.Lock()
	s.reqs = append(s.reqs, rec)
	s.mu.Unlock()
}
