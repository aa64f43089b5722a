package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"workloads.test/host/fakekube"
)

const saDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// kubeEnv holds the fake API server and the files that plugins read.
type kubeEnv struct {
	srv *fakekube.Server
	dir string
}

// reexecInNamespace restarts this program in its own mount namespace with a private tmpfs over
// /run/secrets, so that in-cluster configuration files can be written without touching the machine.
func reexecInNamespace() error {
	if os.Getenv("HOST_IN_NAMESPACE") != "" || os.Getuid() != 0 {
		return nil
	}
	if err := os.MkdirAll("/run/secrets", 0o755); err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "HOST_IN_NAMESPACE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	if ee, ok := err.(*exec.ExitError); ok {
		os.Exit(ee.ExitCode())
	}
	if err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	os.Exit(0)
	return nil
}

func newKubeEnv() (*kubeEnv, error) {
	srv, err := fakekube.Start()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "host-kube-")
	if err != nil {
		return nil, err
	}
	k := &kubeEnv{srv, dir}
	if err := os.WriteFile(k.kubeconfig(), srv.Kubeconfig(), 0o600); err != nil {
		return nil, err
	}
	if os.Getenv("HOST_IN_NAMESPACE") != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			return nil, fmt.Errorf("make mounts private: %w", err)
		}
		if err := syscall.Mount("tmpfs", "/run/secrets", "tmpfs", 0, ""); err != nil {
			return nil, fmt.Errorf("tmpfs: %w", err)
		}
		if err := os.MkdirAll(saDir, 0o755); err != nil {
			return nil, err
		}
		if err := srv.WriteServiceAccountDir(saDir); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *kubeEnv) kubeconfig() string { return k.dir + "/kubeconfig" }

// set puts the variables into this process's environment, which the plugin inherits.
func (k *kubeEnv) set(on bool) {
	for n, v := range map[string]string{"KUBECONFIG": k.kubeconfig(), "KUBERNETES_SERVICE_HOST": k.srv.Host, "KUBERNETES_SERVICE_PORT": k.srv.Port, "VELERO_NAMESPACE": "velero"} {
		if on {
			os.Setenv(n, v)
		} else {
			os.Unsetenv(n)
		}
	}
}

func (k *kubeEnv) close() { k.srv.Close(); os.RemoveAll(k.dir) }
