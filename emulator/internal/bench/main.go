// Command bench measures Tweed beside a bare net/http handler, in one run on one machine:
// read the ratios, not the numbers. It prints, and asserts nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// How long and how often. Load is bounded in time and count.
const (
	starts      = 15
	passes      = 3
	passTime    = 3 * time.Second
	connections = 16
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		runFloor()
		return
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "tweed-bench-")
	if err != nil {
		return err
	}
	tweed := filepath.Join(dir, "tweed")
	build := exec.CommandContext(ctx, "go", "build", "-o", tweed, "./cmd/tweed")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	err = errors.Join(inProcess(), startUp(ctx, tweed), load(ctx, tweed), manyRules(ctx, tweed, dir))
	return errors.Join(err, os.RemoveAll(dir))
}

// startUp measures from the start of the process to the first 200.
func startUp(ctx context.Context, tweed string) error {
	var times []time.Duration
	var memory int
	for range starts {
		s, err := start(ctx, tweed, "serve", "--addr", "127.0.0.1:0")
		if err != nil {
			return err
		}
		times = append(times, s.ready)
		memory = s.residentKB()
		if err := s.stop(); err != nil {
			return err
		}
	}
	slices.Sort(times)
	info, err := os.Stat(tweed)
	if err != nil {
		return err
	}
	fmt.Printf("start to first 200   median %s, worst %s of %d\n", times[len(times)/2].Round(100*time.Microsecond),
		times[len(times)-1].Round(100*time.Microsecond), starts)
	fmt.Printf("idle memory          %.1f MB resident\n", float64(memory)/1024)
	fmt.Printf("binary               %.1f MB (not stripped)\n", float64(info.Size())/(1<<20))
	return nil
}

// load measures requests and CPU seconds beside the floor.
func load(ctx context.Context, tweed string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	got, err := beside(ctx, [2][]string{{self, "floor"}, {tweed, "serve", "--addr", "127.0.0.1:0", "--seed", "1"}})
	if err != nil {
		return err
	}
	fmt.Printf("floor                %.0f requests/s, %.1f µs CPU each (bare net/http: decode, store, encode the same)\n",
		got[0].rate, got[0].cost)
	fmt.Printf("tweed                %.0f requests/s, %.1f µs CPU each (POST /item/public_token/create)\n",
		got[1].rate, got[1].cost)
	fmt.Printf("ratio to the floor   throughput %.2f, CPU %.2f (median of %d passes, %d connections)\n",
		got[1].rate/got[0].rate, got[1].cost/got[0].cost, passes, connections)
	return nil
}

// manyRules measures a thousand rules beside one. All are about the measured call and none
// matches it: each is about another institution.
func manyRules(ctx context.Context, tweed, dir string) error {
	var commands [2][]string
	for i, n := range []int{1, 1000} {
		text := "rules:\n"
		for k := range n {
			text += fmt.Sprintf("  - {call: '*', where: {institution_id: ins_%d}, then: {error: INSTITUTION_DOWN}}\n", k)
		}
		file := filepath.Join(dir, fmt.Sprintf("rules-%d.yaml", n))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		commands[i] = []string{tweed, "serve", "--addr", "127.0.0.1:0", "--seed", "1", "--scenario", file}
	}
	got, err := beside(ctx, commands)
	if err != nil {
		return err
	}
	fmt.Printf("one rule             %.0f requests/s, %.1f µs CPU each\n", got[0].rate, got[0].cost)
	fmt.Printf("a thousand rules     %.0f requests/s, %.1f µs CPU each\n", got[1].rate, got[1].cost)
	fmt.Printf("ratio to one rule    throughput %.2f, CPU %.2f (median of %d passes, %d connections)\n",
		got[1].rate/got[0].rate, got[1].cost/got[0].cost, passes, connections)
	return nil
}

// measured is the median of some passes.
type measured struct {
	rate float64 // requests a second
	cost float64 // µs of CPU for each
}

// beside measures two servers pass by pass in turn, so that a noisy moment of the machine hits
// both.
func beside(ctx context.Context, commands [2][]string) (out [2]measured, err error) {
	var rates, costs [2][]float64
	for range passes {
		for i, command := range commands {
			rate, cost, err := pass(ctx, command)
			if err != nil {
				return out, err
			}
			rates[i], costs[i] = append(rates[i], rate), append(costs[i], cost)
		}
	}
	for i := range out {
		slices.Sort(rates[i])
		slices.Sort(costs[i])
		out[i] = measured{rates[i][passes/2], costs[i][passes/2]}
	}
	return out, nil
}

func pass(ctx context.Context, command []string) (rate, cost float64, err error) {
	s, err := start(ctx, command[0], command[1:]...)
	if err != nil {
		return 0, 0, err
	}
	body, err := prepare(s.url)
	if err != nil {
		return 0, 0, errors.Join(err, s.stop())
	}
	before := s.cpu()
	n, took := hammer(s.url+"/item/public_token/create", body)
	used := s.cpu() - before
	if err := s.stop(); err != nil {
		return 0, 0, err
	}
	if n == 0 {
		return 0, 0, errors.New("no request went through")
	}
	return float64(n) / took.Seconds(), float64(used.Microseconds()) / float64(n), nil
}
