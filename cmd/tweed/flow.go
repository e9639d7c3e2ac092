package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/flow"
	"tweed/emulator"
)

type flowFlags struct {
	target, url, world, compare string
	seed                        uint64
	asJSON                      bool
	config                      map[string]*string
}

func newFlow() *cobra.Command {
	f := flowFlags{config: map[string]*string{}}
	cmd := &cobra.Command{
		Use:   "flow [--compare [URL]]",
		Short: "walk the money path: Link token to settled deposit",
		Long: "flow walks link_token, public_token, exchange, accounts, processor_token, sentinel_login, relationship,\n" +
			"deposit and settle. Without a target it starts an emulator of its own. --target sandbox takes the vendors'\n" +
			"sandboxes from the environment (PLAID_CLIENT_ID, PLAID_SECRET, APEX_USERNAME, APEX_ENTITY,\n" +
			"APEX_SHARED_SECRET, APEX_ACCOUNT) and walks the Plaid half alone when no APEX_ variable is set.\n\n" +
			"--compare URL walks an own emulator and the Tweed at URL, or another server that takes the place of\n" +
			"https://sandbox.plaid.com (credentials as for --target sandbox), and prints each difference in status,\n" +
			"error, fields, types and order; ids, tokens and times count by kind. Exit code 1 when there is one.\n" +
			"Without URL it is the vendors' sandboxes.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && f.compare != sandbox {
				return fmt.Errorf("%q is one argument too many; flow takes one, the URL after --compare", args[len(args)-1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.compare = args[0]
			}
			return runFlow(cmd, f)
		},
	}
	o := cmd.Flags()
	o.StringVar(&f.target, "target", "", `"sandbox": the vendors' sandboxes`)
	o.StringVar(&f.url, "url", "", "address of a running Tweed")
	o.StringVar(&f.world, "world", "", "world to walk in")
	o.Uint64Var(&f.seed, "seed", 1, "seed of the own emulator")
	o.StringVar(&f.compare, "compare", "", "walk an own emulator and another server, and print how they differ")
	o.Lookup("compare").NoOptDefVal = sandbox
	o.BoolVar(&f.asJSON, "json", false, "print JSON")
	for _, name := range flow.Settings() {
		f.config[name] = new(string)
		o.StringVar(f.config[name], dashed(name), "", "the flow's "+name)
	}
	return cmd
}

func runFlow(cmd *cobra.Command, f flowFlags) error {
	switch {
	case f.target != "" && f.target != sandbox:
		return usage(fmt.Errorf("--target %q: there is only \"sandbox\"; a running Tweed is --url", f.target))
	case f.compare != "":
		return compareFlows(cmd, f)
	}
	cfg, end, err := f.configure()
	if err != nil {
		return err
	}
	defer end()
	result, err := f.walk(cmd.Context(), cfg, cmd.OutOrStdout())
	if err != nil && result == nil {
		return usage(err)
	}
	if f.asJSON {
		if err := printJSON(cmd.OutOrStdout(), result); err != nil {
			return failed(err)
		}
	}
	if !result.OK() {
		return failed(errors.New("the flow ended " + string(result.End)))
	}
	return nil
}

// configure chooses the target. end stops what was started for it.
func (f flowFlags) configure() (cfg flow.Config, end func(), err error) {
	end = func() {}
	switch {
	case f.target == sandbox:
		if cfg, err = flow.Sandbox(os.Getenv); err != nil {
			return cfg, end, usage(err)
		}
	case f.url != "":
		cfg = flow.Local(strings.TrimSuffix(f.url, "/"), f.world)
		if _, err := driveRemote(&cfg, f.world); err != nil {
			return cfg, end, err
		}
	default:
		if cfg, end, err = f.own(); err != nil {
			return cfg, end, err
		}
	}
	if err := f.set(&cfg); err != nil {
		end()
		return cfg, func() {}, err
	}
	return cfg, end, nil
}

// set applies the settings of the flags.
func (f flowFlags) set(cfg *flow.Config) error {
	for name, value := range f.config {
		if *value == "" {
			continue
		}
		if err := cfg.Set(name, *value); err != nil {
			return usage(err)
		}
	}
	return nil
}

// own starts an emulator with a stopped clock and moves it between polls.
func (f flowFlags) own() (flow.Config, func(), error) {
	emu, err := emulator.New(emulator.Options{Seed: f.seed})
	if err == nil {
		err = emu.Start()
	}
	if err != nil {
		return flow.Config{}, func() {}, noStart(err)
	}
	name := f.world
	if name == "" {
		name = "default"
	}
	cfg := flow.Local(emu.URL(), f.world)
	Drive(&cfg, emu.World(name))
	return cfg, func() { _ = emu.Close() }, nil
}

// pollStep is how far the clock of an own emulator moves between two polls.
const pollStep = 6 * time.Hour

// Drive lets a flow live in a world's time: polls move its clock, and ids that the client
// makes are counted, so that the same seed gives the same bytes.
func Drive(cfg *flow.Config, w emulator.World) {
	n := 0
	cfg.Now = w.Now
	cfg.NewID = func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
	cfg.Idle = func(ctx context.Context) error {
		w.Advance(pollStep)
		return ctx.Err()
	}
	cfg.Wait = func(ctx context.Context, d time.Duration) error {
		w.Advance(d)
		return ctx.Err()
	}
	cfg.Patience = 60 * 24 * time.Hour // of the world's time
}

// driveRemote lets a flow live in the time of a Tweed that runs elsewhere: polls move its
// clock over the control API. A deposit takes banking days, and nobody waits so long.
func driveRemote(cfg *flow.Config, world string) (*remoteClock, error) {
	clock := &remoteClock{control: control{cfg.Plaid.BaseURL, world, os.Getenv("TWEED_CONTROL_TOKEN")}}
	if err := clock.move(context.Background(), "0s"); err != nil {
		return nil, usage(fmt.Errorf("--url: %w", err))
	}
	cfg.Now = func() time.Time { return clock.now }
	cfg.Idle = func(ctx context.Context) error { return clock.move(ctx, pollStep.String()) }
	cfg.Patience = 60 * 24 * time.Hour // of the world's time
	return clock, nil
}

type remoteClock struct {
	control control
	now     time.Time
}

// move advances the world's clock and keeps its time.
func (c *remoteClock) move(ctx context.Context, d string) error {
	var reply struct {
		Now time.Time `json:"now"`
	}
	if err := c.control.call(ctx, http.MethodPost, "clock", []byte(`{"advance": "`+d+`"}`), &reply); err != nil {
		return err
	}
	c.now = reply.Now
	return nil
}

func (f flowFlags) walk(ctx context.Context, cfg flow.Config, w io.Writer) (*flow.Result, error) {
	printer := &flow.Printer{W: w, Terminal: isTerminal(w)}
	if !f.asJSON {
		cfg.OnStep = printer.Step
	}
	result, err := flow.Run(ctx, cfg)
	if result != nil && !f.asJSON {
		printer.Result(result)
	}
	return result, err
}

// compareFlows walks the flow here, then on another server.
func compareFlows(cmd *cobra.Command, f flowFlags) error {
	there, err := findOther(cmd.Context(), f.compare)
	if err != nil {
		return err
	}
	theirs, remove, err := there.flow(cmd.Context(), f.world)
	if err != nil {
		return err
	}
	defer remove()
	if err := f.set(&theirs); err != nil {
		return err
	}
	ours, end, err := f.configure()
	if err != nil {
		return err
	}
	defer end()
	var results []*flow.Result
	for _, cfg := range []flow.Config{ours, theirs} {
		fmt.Fprintf(cmd.OutOrStdout(), "== %s\n", cfg.Name)
		result, err := f.walk(cmd.Context(), cfg, cmd.OutOrStdout())
		if result == nil {
			return usage(err)
		}
		results = append(results, result)
	}
	if difference := flow.Compare(results[0], results[1]); difference != "" {
		fmt.Fprint(cmd.OutOrStdout(), difference)
		return failed(errors.New("the two runs differ"))
	}
	fmt.Fprintln(cmd.OutOrStdout(), "the two runs are the same but for ids, tokens and dates")
	return nil
}

// isTerminal tells whether w is one: only there durations are printed.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
