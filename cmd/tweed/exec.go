package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/flow"
	"tweed/cmd/tweed/report"
	"tweed/cmd/tweed/runner"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// execJournal is the room for the calls of a test suite, in bytes: they are counted at its
// end.
const execJournal = 512 << 20

type execFlags struct {
	options         emulator.Options
	authority       *authority
	webhooks        webhookFlags
	scenario, junit string
	asJSON, proxy   bool
}

const execLong = `exec starts an emulator on a free port, runs a command (npm test, go test ./..., pytest) with
its address in the environment, and compares the calls that came with the scenario's expect.calls.
The command gets PLAID_BASE_URL, PLAID_API_URI, SENTINEL_BASE_URL, TWEED_URL (the control API),
PLAID_CLIENT_ID, PLAID_SECRET, APEX_USERNAME, APEX_ENTITY, APEX_SHARED_SECRET and APEX_ACCOUNT:
made-up credentials, or those that the scenario pins. Flags of Tweed that stand in the environment
(TWEED_SEED, ...) do not reach it. SIGINT and SIGTERM go on to it.

With --proxy the command keeps its addresses: it gets HTTP_PROXY, HTTPS_PROXY, NO_PROXY and what makes it
trust Tweed's CA ("tweed ca"), but no PLAID_BASE_URL, PLAID_API_URI and SENTINEL_BASE_URL: these stay as
they are. Its calls of https://sandbox.plaid.com, https://uat-api.apexclearing.com and so on come to Tweed;
other hosts are refused, or let through with --proxy-others=pass; production is always refused.
It works with curl, Go (SSL_CERT_FILE; not on macOS and Windows), Node (axios; fetch and https from 22.21 and
24.5 on), Python's requests, Ruby and Java (JAVA_TOOL_OPTIONS). plaid-python from 8 on asks for no proxy: give
its Configuration the address, or its attribute proxy.

The calls of all worlds count together, from the last reset of each. The scenario's steps and
expect.flow are for "tweed run". The clock stands still unless --clock or the scenario says
otherwise; the command may move it by POST $TWEED_URL/_tweed/clock. Webhooks are delivered.

Exit code:
  0    the command passed, and the calls are as expected
  96   the command passed, but made no call
  97   the command passed, but the calls are not as expected
  2    a bad file or flag
  3    the command, or the emulator, cannot be started
  else the command's own; 128+N when signal N ended it`

func newExec() *cobra.Command {
	f := execFlags{options: emulator.Options{JournalBytes: execJournal}, authority: newAuthority()}
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGS]",
		Short: "run a test suite against an emulator of its own",
		Long:  execLong,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("there is no command to run; write it behind --, for example: tweed exec -- npm test")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runExec(cmd, args, f) },
	}
	o := cmd.Flags()
	o.SetInterspersed(false) // flags behind the command are the command's
	o.StringVar(&f.scenario, "scenario", "", "scenario file, or the name of one that comes with Tweed (tweed scenarios)")
	o.StringVar(&f.junit, "junit", "", "file for the results as JUnit XML")
	o.BoolVar(&f.asJSON, "json", false, "print the result as JSON on stdout; the command's stdout goes to stderr")
	o.Uint64Var(&f.options.Seed, "seed", 0, "seed of ids, keys and dice (default: the scenario's, or 1)")
	o.StringVar(&f.options.Clock, "clock", "",
		`how time runs: real, manual, "step 1s" or 60x (default: the scenario's way, or manual)`)
	o.BoolVar(&f.proxy, "proxy", false, "lead the calls of the vendors' names to the emulator, by proxy variables")
	f.authority.addFlag(cmd)
	addProxyOthers(cmd, &f.options)
	f.webhooks.add(cmd, &f.options.Webhooks)
	return cmd
}

func runExec(cmd *cobra.Command, args []string, f execFlags) error {
	f.options.Scenario = &scenario.Scenario{}
	if f.scenario != "" {
		var err error
		if f.options.Scenario, err = loadFile(f.scenario); err != nil {
			return usage(err)
		}
	}
	if err := f.webhooks.open(&f.options.Webhooks); err != nil {
		return usage(err)
	}
	outputs, err := openOutputs(f.junit)
	if err != nil {
		return err
	}
	defer outputs.close()
	files, err := f.prepareProxy(cmd)
	if err != nil {
		return noStart(err)
	}
	defer files.remove() //nolint:errcheck // what is left lies in the folder for that
	emu, err := emulator.New(f.options)
	if err != nil {
		return usage(err)
	}
	if err := emu.Start(); err != nil {
		return noStart(err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "tweed: ready at %s\n", emu.URL())
	stdout := cmd.OutOrStdout()
	if f.asJSON {
		stdout = cmd.ErrOrStderr()
	}
	start := time.Now()
	environment := childEnvironment(cmd.Root(), f.variables(emu.URL(), files))
	ended, err := runChild(args, environment, stdio{cmd.InOrStdin(), stdout, cmd.ErrOrStderr()})
	if err := errors.Join(err, emu.Close()); err != nil {
		return noStart(err)
	}
	r := examine(f.options.Scenario, args, ended, emu, f.proxy)
	r.cases[0].Time = time.Since(start)
	if f.asJSON {
		err = printJSON(cmd.OutOrStdout(), r)
	}
	r.print(cmd.ErrOrStderr(), emu.URL())
	err = errors.Join(err, tell(cmd.ErrOrStderr(), outputs, f.junit, []report.Suite{{Name: r.name(), Cases: r.cases}}))
	switch {
	case r.Code != exitGood:
		return exitError{r.Code, err}
	case err != nil:
		return failed(err)
	}
	return nil
}

// prepareProxy makes the emulator one for --proxy, and the files for its command; nil
// without the flag.
func (f *execFlags) prepareProxy(cmd *cobra.Command) (*trust, error) {
	if !f.proxy {
		return nil, nil
	}
	own, err := f.authority.open()
	if err != nil {
		return nil, err
	}
	warnOfExpiry(cmd, own)
	f.options.Certificate = own.Certificate
	// What the proxy refuses is said here: many clients do not show it.
	f.options.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	return newTrust(own)
}

// variables are what a command needs to use the emulator.
func (f *execFlags) variables(url string, files *trust) variables {
	set := addresses(url)
	if f.proxy {
		set = files.variables(url)
	}
	return slices.Concat(set, credentials(runner.Keys(f.options.Scenario)), variables{{envTweedURL, url}})
}

// execution is what came of a command.
type execution struct {
	Scenario string            `json:"scenario"` // "" without one
	Command  []string          `json:"command"`
	Code     int               `json:"exit_code"`         // exec's own
	Ended    int               `json:"command_exit_code"` // the command's; 128+N when signal N ended it
	Calls    uint64            `json:"calls"`
	Problems scenario.Problems `json:"problems"`

	end   ending
	proxy bool
	cases []report.Case // the command, whether it called, and the expectations
}

// examine compares what a command did with what was expected of it.
func examine(s *scenario.Scenario, args []string, end ending, emu *emulator.Emulator, proxy bool) execution {
	came := emu.CallCount()
	x := execution{
		Scenario: s.File(), Command: args, Ended: end.code, Calls: came, Problems: scenario.Problems{},
		end: end, proxy: proxy,
	}
	command := report.Case{Name: strings.Join(args, " ")}
	if end.code != exitGood {
		x.Code = end.code
		command.Problems = scenario.Problems{s.Problem("", "the command "+end.text, "")}
	}
	called := report.Case{Name: "calls of the vendors' APIs"}
	if came == 0 {
		x.Code = firstCode(x.Code, exitNoCalls)
		right := "it has to take the address out of " + flow.EnvPlaidBaseURL + " and " + flow.EnvSentinelBaseURL
		if proxy {
			right = "its HTTP client has to ask the proxy of HTTPS_PROXY; see tweed exec --help"
		}
		called.Problems = scenario.Problems{s.Problem("", "the command made no call", right)}
	}
	x.cases = []report.Case{command, called}
	if came > 0 {
		x.cases = append(x.cases, runner.Calls(s, emu.Check)...)
	}
	for _, c := range x.cases {
		x.Problems = append(x.Problems, c.Problems...)
	}
	if len(x.Problems) > 0 {
		x.Code = firstCode(x.Code, exitUnexpected)
	}
	return x
}

func firstCode(code, next int) int {
	if code != exitGood {
		return code
	}
	return next
}

// name is what the suite is called in reports.
func (x *execution) name() string {
	if x.Scenario == "" {
		return "exec"
	}
	return x.Scenario
}

// print says what came of the command. It has the last word on stderr.
func (x *execution) print(w io.Writer, url string) {
	unmet := 0
	for _, c := range x.cases[2:] {
		unmet += min(1, len(c.Problems))
		for _, p := range c.Problems {
			fmt.Fprintf(w, "tweed: %s\n", p)
		}
	}
	switch {
	case x.Calls == 0 && x.proxy:
		fmt.Fprintf(w, "tweed: no call came through the proxy %s. Its HTTP client has to take it from HTTPS_PROXY: "+
			"tweed exec --help says which do\n", url)
	case x.Calls == 0:
		fmt.Fprintf(w, "tweed: no call came to %s. %s and %s have the address; an SDK takes it so:\n",
			url, flow.EnvPlaidBaseURL, flow.EnvSentinelBaseURL)
		listSDKs(w, func(s sdk) string { return s.env })
	}
	calls := fmt.Sprintf("%d calls came", x.Calls)
	if x.Calls == 1 {
		calls = "1 call came"
	}
	expected := ""
	if n := len(x.cases) - 2; n > 0 {
		expected = fmt.Sprintf(", %d of %d expectations are met", n-unmet, n)
	}
	switch x.Code {
	case exitGood:
		fmt.Fprintf(w, "tweed: good: the command passed, %s%s\n", calls, expected)
	case x.Ended:
		fmt.Fprintf(w, "tweed: the command %s; %s%s\n", x.end.text, calls, expected)
	case exitNoCalls:
		fmt.Fprintf(w, "tweed: the command passed without a call: exit code %d\n", exitNoCalls)
	default:
		fmt.Fprintf(w, "tweed: the command passed, %s%s: exit code %d\n", calls, expected, exitUnexpected)
	}
}
