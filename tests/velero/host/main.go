package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/vmware-tanzu/velero/pkg/plugin/framework"
)

const usage = `usage:
  host list    [flags] BINARY                 plugin identifiers, as JSON
  host applies [flags] BINARY                 AppliesTo of every action, as JSON
  host run     [flags] BINARY CASES.json...   run cases, print results as JSON
  host check   [flags] BINARY GOLDEN.json...  run the cases of golden files, compare with their results; exit 3 when some differ
  host stress  [flags] BINARY CASES.json      run all cases at once in fresh processes, compare with a serial run
  host discover [flags] DIR                   register all plugins of a directory as Velero does at start
  host kill    [flags] BINARY CASES.json      SIGKILL the plugin while it works on the first case, then call again
  host shutdown [flags] BINARY CASES.json     call and stop the plugin -rounds times: how it went away
  host hold    [flags] BINARY                 start the plugin, print its pid, wait to be killed
  host bench   [flags] BINARY... CASES.json   start, latency, throughput, memory of executables side by side, as JSON
`

var (
	fLevel    = flag.String("log-level", "info", "log level (given to the plugin as velero server does)")
	fVerbose  = flag.Bool("v", false, "print plugin logs to stderr")
	fArgs     = flag.String("velero-args", "--log-level=%LEVEL% --features= --uploader-type=kopia", "arguments after 'velero server'; Velero hands them to every plugin")
	fLogs     = flag.Bool("logs", false, "run: put plugin logs into the results")
	fRun      = flag.String("run", "", "only cases whose name contains this")
	fBrief    = flag.Bool("brief", false, "run: leave items out that the plugin did not change")
	fTiming   = flag.Bool("timing", false, "run: durations in the results")
	fShared   = flag.Bool("shared", false, "run: one plugin process for all cases (default: one per case or session)")
	fN        = flag.Int("n", 20000, "bench: calls per executable, one at a time")
	fC        = flag.Int("c", 8, "bench: callers at once, for a quarter of the calls more")
	fWarm     = flag.Int("warmup", 20, "bench: calls before measuring")
	fCold     = flag.Int("cold", 10, "bench: cold starts to measure")
	fDelay    = flag.Int("delay", 0, "bench: milliseconds that the API server takes for each answer")
	fMap      = flag.String("map", "", "check: JSON file {\"Kind plugin-name\": \"Kind plugin-name\"} for a binary that uses other names")
	fSemantic = flag.Bool("semantic", true, "check: also report equality after dropping nulls and empty values")
	fRounds   = flag.Int("rounds", 5, "stress, shutdown: rounds")
	fNoNS     = flag.Bool("no-ns", false, "do not use a private mount namespace for in-cluster files")
	fInCl     = flag.Bool("incluster-only", false, "give plugins the in-cluster environment but no KUBECONFIG")
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	cmd := os.Args[1]
	if cmd == "run-plugins" { // what a Velero registry asks of its own executable: no plugins here
		framework.NewServer().Serve()
		return
	}
	fs := flag.CommandLine
	fs.Usage = func() { fmt.Fprint(os.Stderr, usage); fs.PrintDefaults() }
	fs.Parse(os.Args[2:])
	// flags may also follow the positional arguments
	var args []string
	rest := fs.Args()
	for len(rest) > 0 {
		if strings.HasPrefix(rest[0], "-") {
			fs.Parse(rest)
			rest = fs.Args()
			continue
		}
		args = append(args, rest[0])
		rest = rest[1:]
	}
	if !*fNoNS {
		if err := reexecInNamespace(); err != nil {
			fmt.Fprintln(os.Stderr, "warning:", err)
		}
	}
	// Velero hands os.Args[2:] ("velero server ARGS...") to each plugin process.
	os.Args = append([]string{os.Args[0], "server"}, strings.Fields(strings.ReplaceAll(*fArgs, "%LEVEL%", *fLevel))...)
	need := map[string]int{"list": 1, "applies": 1, "run": 2, "check": 2, "bench": 2, "stress": 2, "kill": 2, "shutdown": 2, "hold": 1, "discover": 1}[cmd]
	if need == 0 || len(args) < need {
		fs.Usage()
		os.Exit(2)
	}
	var err error
	switch cmd {
	case "list":
		err = cmdList(args[0])
	case "applies":
		err = cmdApplies(args[0])
	case "run":
		err = cmdRun(args[0], args[1:])
	case "check":
		err = cmdCheck(args[0], args[1:])
	case "stress":
		err = cmdStress(args[0], args[1])
	case "kill":
		err = cmdKill(args[0], args[1])
	case "shutdown":
		err = cmdShutdown(args[0], args[1])
	case "hold":
		err = cmdHold(args[0])
	case "discover":
		err = cmdDiscover(args[0])
	case "bench":
		err = cmdBench(args[:len(args)-1], args[len(args)-1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func level() logrus.Level {
	l, err := logrus.ParseLevel(*fLevel)
	if err != nil {
		return logrus.InfoLevel
	}
	return l
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func envOn(k *kubeEnv) {
	k.set(true)
	if *fInCl {
		os.Unsetenv("KUBECONFIG")
	}
}
