// testcluster runs etcd, kube-apiserver and the namespace controller in one process, on free ports of 127.0.0.1,
// and writes DIR/kubeconfig when all of them are ready. It ends on SIGTERM, or when its standard input is closed.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	nsctl "k8s.io/kubernetes/pkg/controller/namespace"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// reservePort binds a free port without listening on it and keeps it: nobody else gets it, and kube-apiserver
// can bind it too because it shares ports.
func reservePort() int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(err)
	must(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
	must(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := unix.Getsockname(fd)
	must(err)
	return name.(*unix.SockaddrInet4).Port
}

func main() {
	dir := flag.String("dir", "", "state folder")
	flag.Parse()
	t0 := time.Now()
	abs, err := filepath.Abs(*dir)
	must(err)
	*dir = abs
	must(os.MkdirAll(*dir, 0o700))

	// etcd
	ec := embed.NewConfig()
	ec.Dir = filepath.Join(*dir, "etcd")
	ec.UnsafeNoFsync = true
	ec.LogLevel = "error"
	ec.LogOutputs = []string{filepath.Join(*dir, "etcd.log")}
	free := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}} // a single member: nobody looks at what it advertises
	ec.ListenClientUrls, ec.AdvertiseClientUrls = free, free
	ec.ListenPeerUrls, ec.AdvertisePeerUrls = free, free
	ec.InitialCluster = ec.InitialClusterFromName(ec.Name)
	e, err := embed.StartEtcd(ec)
	must(err)
	<-e.Server.ReadyNotify()
	etcd := "http://" + e.Clients[0].Addr().String()
	port := reservePort()
	log.Printf("etcd ready after %v", time.Since(t0))

	// service-account key and bearer token
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	der, err := x509.MarshalECPrivateKey(key)
	must(err)
	keyFile := filepath.Join(*dir, "sa.key")
	must(os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600))
	raw := make([]byte, 16)
	_, err = rand.Read(raw)
	must(err)
	token := fmt.Sprintf("%x", raw)
	tokenFile := filepath.Join(*dir, "tokens.csv")
	must(os.WriteFile(tokenFile, []byte(token+",admin,admin,system:masters\n"), 0o600))

	cmd := app.NewAPIServerCommand()
	cmd.SetArgs([]string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port), "--permit-port-sharing",
		"--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none",
		"--cert-dir=" + filepath.Join(*dir, "certs"),
		"--service-cluster-ip-range=10.0.0.0/24",
		"--service-account-key-file=" + keyFile, "--service-account-signing-key-file=" + keyFile,
		"--service-account-issuer=https://127.0.0.1",
		"--token-auth-file=" + tokenFile, "--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition,Priority,DefaultStorageClass,StorageObjectInUseProtection,PersistentVolumeClaimResize,RuntimeClass,ResourceQuota",
		"--allow-privileged=true", "--profiling=false", "--enable-priority-and-fairness=false",
		"--v=0",
	})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() { // whoever started us is gone
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	go func() {
		if err := cmd.ExecuteContext(ctx); err != nil {
			log.Fatal(err)
		}
	}()

	cfg := &rest.Config{Host: "https://127.0.0.1:" + strconv.Itoa(port), BearerToken: token, QPS: 200, Burst: 400}
	caFile := filepath.Join(*dir, "certs", "apiserver.crt") // made by the server itself: its certificate, then the CA's
	// The key is written behind them: when it is there, they are whole.
	for {
		if _, err := os.Stat(filepath.Join(*dir, "certs", "apiserver.key")); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	cfg.CAFile = caFile
	kube := kubernetes.NewForConfigOrDie(cfg)
	for {
		if _, err := kube.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx); err == nil {
			break
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	log.Printf("kube-apiserver ready after %v", time.Since(t0))

	kc := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
users: [{name: admin, user: {token: "%s"}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
`, cfg.Host, caFile, token)
	tmp := filepath.Join(*dir, "kubeconfig.tmp")
	must(os.WriteFile(tmp, []byte(kc), 0o600))
	must(os.Rename(tmp, filepath.Join(*dir, "kubeconfig")))

	// namespace controller: finishes the deletion of namespaces
	inf := informers.NewSharedInformerFactory(kube, 0)
	ns := nsctl.NewNamespaceController(ctx, kube, metadata.NewForConfigOrDie(cfg),
		kube.Discovery().ServerPreferredNamespacedResources, inf.Core().V1().Namespaces(), 5*time.Minute, v1.FinalizerKubernetes)
	inf.Start(ctx.Done())
	go ns.Run(ctx, 4)
	<-ctx.Done() // the data are thrown away: no need to close etcd, which takes seconds
}
