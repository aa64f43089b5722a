// The upstream velero command with two changes for tests: controller-runtime's own metrics listener (":8080" by
// default) is off, and with STOP_WITH_STDIN the server stops when its standard input is closed, so that it does not
// outlive a test that was killed.
package main

import (
	"io"
	"os"
	"syscall"

	"github.com/vmware-tanzu/velero/pkg/cmd"
	"github.com/vmware-tanzu/velero/pkg/cmd/velero"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func main() {
	metricsserver.DefaultBindAddress = "0"
	if os.Getenv("STOP_WITH_STDIN") != "" {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			syscall.Kill(os.Getpid(), syscall.SIGTERM)
		}()
	}
	cmd.CheckError(velero.NewCommand("velero").Execute())
}
