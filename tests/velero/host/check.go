package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// Golden is a case with its recorded result.
type Golden struct {
	Case   Case   `json:"case"`
	Result Result `json:"result"`
	// Roundtrip is the input item after nothing but a decode into the Go type that the upstream action
	// uses and back. Present only where it differs from the input. See check.
	Roundtrip map[string]any `json:"roundtrip,omitempty"`
}

var (
	reStamp = regexp.MustCompile(`\b\d{8}-\d{6}\b`)
	reUUID  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

// normalise replaces values that differ from run to run.
func normalise(v any, path string) any {
	switch t := v.(type) {
	case map[string]any:
		o := map[string]any{}
		for k, x := range t {
			o[k] = normalise(x, path+"."+k)
		}
		return o
	case []any:
		o := make([]any, len(t))
		for i, x := range t {
			o[i] = normalise(x, path+"[]")
		}
		return o
	case string:
		if strings.HasSuffix(path, ".firmware.uuid") && reUUID.MatchString(t) {
			return "<UUID4>"
		}
		return reStamp.ReplaceAllString(t, "<STAMP>")
	}
	return v
}

// prune drops nulls, empty strings, empty maps, empty lists, false and 0 left behind by typed round trips.
func prune(v any) any {
	switch t := v.(type) {
	case map[string]any:
		o := map[string]any{}
		for k, x := range t {
			p := prune(x)
			if p == nil {
				continue
			}
			o[k] = p
		}
		if len(o) == 0 {
			return nil
		}
		return o
	case []any:
		if len(t) == 0 {
			return nil
		}
		o := make([]any, len(t))
		for i, x := range t {
			o[i] = prune(x)
		}
		return o
	case string:
		if t == "" {
			return nil
		}
	}
	return v
}

func generic(v any) any {
	b, _ := json.Marshal(v)
	var o any
	json.Unmarshal(b, &o)
	return o
}

func diff(a, b any, path string, out *[]string) {
	if reflect.DeepEqual(a, b) || len(*out) > 40 {
		return
	}
	am, aok := a.(map[string]any)
	bm, bok := b.(map[string]any)
	if aok && bok {
		keys := map[string]bool{}
		for k := range am {
			keys[k] = true
		}
		for k := range bm {
			keys[k] = true
		}
		ks := make([]string, 0, len(keys))
		for k := range keys {
			ks = append(ks, k)
		}
		sort.Strings(ks)
		for _, k := range ks {
			x, xo := am[k]
			y, yo := bm[k]
			switch {
			case !xo:
				*out = append(*out, fmt.Sprintf("%s.%s: only in candidate: %s", path, k, short(y)))
			case !yo:
				*out = append(*out, fmt.Sprintf("%s.%s: only in golden: %s", path, k, short(x)))
			default:
				diff(x, y, path+"."+k, out)
			}
		}
		return
	}
	al, aok := a.([]any)
	bl, bok := b.([]any)
	if aok && bok && len(al) == len(bl) {
		for i := range al {
			diff(al[i], bl[i], fmt.Sprintf("%s[%d]", path, i), out)
		}
		return
	}
	*out = append(*out, fmt.Sprintf("%s: golden %s, candidate %s", path, short(a), short(b)))
}

func short(v any) string {
	s := canonical(v)
	if len(s) > 160 {
		s = s[:160] + "..."
	}
	return s
}

// comparable keeps what must agree between two implementations.
func comparableResult(r Result, semantic bool) map[string]any {
	m := map[string]any{
		"item":                   generic(r.Item),
		"additionalItems":        generic(r.AdditionalItems),
		"skipRestore":            r.SkipRestore,
		"waitForAdditionalItems": r.WaitForAdditionalItems,
		"operationID":            r.OperationID,
		"itemsToUpdate":          generic(r.ItemsToUpdate),
		"ready":                  generic(r.Ready),
		"progress":               generic(r.Progress),
		"selector":               generic(r.Selector),
		"changes":                generic(r.Changes),
		"error":                  r.Error != nil,
	}
	if r.SkipRestore {
		delete(m, "item") // Velero drops the item
		delete(m, "additionalItems")
	}
	if semantic {
		m["item"] = prune(m["item"])
		m["changes"] = prune(m["changes"])
	}
	return normalise(m, "").(map[string]any)
}

// preserved says that golden and candidate differ only where upstream's typed round trip changed the input by
// itself and the candidate left the input as it was.
func preserved(golden, cand, input, rt any) bool {
	g, c := prune(golden), prune(cand)
	if reflect.DeepEqual(g, c) {
		return true
	}
	gm, gok := golden.(map[string]any)
	cm, cok := cand.(map[string]any)
	im, _ := input.(map[string]any)
	rm, _ := rt.(map[string]any)
	if (gok || golden == nil) && (cok || cand == nil) && (gok || cok) {
		keys := map[string]bool{}
		for k := range gm {
			keys[k] = true
		}
		for k := range cm {
			keys[k] = true
		}
		for k := range keys {
			if !preserved(gm[k], cm[k], im[k], rm[k]) {
				return false
			}
		}
		return true
	}
	gl, gok := golden.([]any)
	cl, cok := cand.([]any)
	il, _ := input.([]any)
	rl, _ := rt.([]any)
	if gok && cok && len(gl) == len(cl) && len(il) == len(gl) && len(rl) == len(gl) {
		for i := range gl {
			if !preserved(gl[i], cl[i], il[i], rl[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(c, prune(input)) && reflect.DeepEqual(g, prune(rt))
}

// CaseReport is the comparison of one case.
type CaseReport struct {
	Name        string   `json:"name"`
	Plugin      string   `json:"plugin"`
	Verdict     string   `json:"verdict"` // exact, semantic, preserved, differs
	Diff        []string `json:"diff,omitempty"`
	Error       string   `json:"candidateError,omitempty"`
	GoldenError string   `json:"goldenError,omitempty"`
	Requests    []int    `json:"requests,omitempty"` // golden, candidate
}

func cmdCheck(bin string, files []string) error {
	var gs []Golden
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		var l []Golden
		if err := json.Unmarshal(b, &l); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		for _, g := range l {
			if *fRun == "" || strings.Contains(g.Case.Name, *fRun) {
				gs = append(gs, g)
			}
		}
	}
	names := map[string]string{}
	if *fMap != "" {
		b, err := os.ReadFile(*fMap)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &names); err != nil {
			return err
		}
	}
	cases := make([]Case, len(gs))
	for i, g := range gs {
		cases[i] = g.Case
		if to, ok := names[g.Case.Kind+" "+g.Case.Plugin]; ok {
			f := strings.SplitN(to, " ", 2)
			cases[i].Kind, cases[i].Plugin = f[0], f[1]
		}
	}
	i, exact, sem, kept, bad := 0, 0, 0, 0, 0
	reports := []CaseReport{}
	err := runAll(bin, cases, func(c Case, r Result) {
		g := gs[i]
		i++
		rep := CaseReport{Name: c.Name, Plugin: c.Plugin, Requests: []int{len(g.Result.Requests), len(r.Requests)}}
		if r.Error != nil {
			rep.Error = r.Error.Message
		}
		if g.Result.Error != nil {
			rep.GoldenError = g.Result.Error.Message
		}
		a, b := comparableResult(g.Result, false), comparableResult(r, false)
		if reflect.DeepEqual(a, b) {
			rep.Verdict = "exact"
			exact++
		} else if sa, sb := comparableResult(g.Result, true), comparableResult(r, true); *fSemantic && reflect.DeepEqual(sa, sb) {
			rep.Verdict = "semantic"
			sem++
			diff(a, b, "", &rep.Diff)
		} else if *fSemantic && onlyPreserved(g, r, sa, sb) {
			rep.Verdict = "preserved"
			kept++
			diff(sa, sb, "", &rep.Diff)
		} else {
			rep.Verdict = "differs"
			bad++
			diff(sa, sb, "", &rep.Diff)
		}
		reports = append(reports, rep)
	})
	if err != nil {
		return err
	}
	if err := printJSON(map[string]any{"total": len(gs), "exact": exact, "semantic": sem, "preserved": kept, "differs": bad, "cases": reports}); err != nil {
		return err
	}
	if bad > 0 {
		os.Exit(3)
	}
	return nil
}

// onlyPreserved compares everything but the item as before and the item with preserved.
func onlyPreserved(g Golden, r Result, sa, sb map[string]any) bool {
	if g.Roundtrip == nil || g.Result.Item == nil || r.Item == nil {
		return false
	}
	x, y := map[string]any{}, map[string]any{}
	for k, v := range sa {
		if k != "item" {
			x[k] = v
		}
	}
	for k, v := range sb {
		if k != "item" {
			y[k] = v
		}
	}
	n := func(v any) any { return normalise(generic(v), "") }
	return reflect.DeepEqual(x, y) && preserved(n(g.Result.Item), n(r.Item), n(g.Case.Item), n(g.Roundtrip))
}
