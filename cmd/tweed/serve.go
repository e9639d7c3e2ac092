package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tweed/emulator"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	options   emulator.Options
	authority *authority
	webhooks  webhookFlags
	scenario  string
	verbose   bool
}

func newServe() *cobra.Command {
	f := serveFlags{authority: newAuthority()}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the emulator until it is stopped",
		Long:  serveLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd, f) },
	}
	o := cmd.Flags()
	o.StringVar(&f.options.Addr, "addr", defaultAddr, "host and port to listen on; port 0 takes a free one")
	o.StringVar(&f.scenario, "scenario", "", "scenario file, or the name of one that comes with Tweed (tweed scenarios)")
	o.Uint64Var(&f.options.Seed, "seed", 0, "seed of ids, keys and dice; 0 takes the scenario's, or a fresh one")
	o.StringVar(&f.options.Clock, "clock", "",
		`how time runs: real, manual, "step 1s" or 60x (default: the scenario's way, or real)`)
	o.StringVar(&f.options.StateFile, "state", "", "file to keep the state in over restarts")
	o.StringVar(&f.options.PublicURL, "public-url", "", "address for links that Tweed hands out")
	o.StringVar(&f.options.MinDepth, "min-depth", "", `"stateful" refuses operations that would answer from an example`)
	o.BoolVar(&f.options.Strict, "strict", false, "check the forms of client_id (24 hex digits) and secret (30)")
	o.IntVar(&f.options.MaxWorlds, "max-worlds", 10_000, "how many worlds there may be")
	o.IntVar(&f.options.JournalBytes, "journal-bytes", 64<<20, "size of the journal in bytes; -1 keeps none")
	o.Int64Var(&f.options.BodyBytes, "body-bytes", 1<<20, "greatest request body in bytes")
	o.IntVar(&f.options.MaxConns, "max-conns", 4096, "how many connections may be open at once")
	o.BoolVar(&f.options.TLS, "tls", false, "take TLS for the vendors' names on --addr, beside cleartext")
	o.StringVar(&f.options.TLSAddr, "tls-addr", "", "further host and port for TLS and cleartext, such as 127.0.0.1:443")
	f.authority.addFlag(cmd)
	addProxyOthers(cmd, &f.options)
	f.webhooks.add(cmd, &f.options.Webhooks)
	o.StringSliceVar(&f.options.AllowHosts, "allow-host", nil, "further host names for the control API")
	o.StringVar(&f.options.ControlToken, "control-token", "", "token that calls of the control API must bring")
	o.BoolVarP(&f.verbose, "verbose", "v", false, "log every call")
	return cmd
}

const serveLong = `serve runs the emulator until SIGINT or SIGTERM. Its first line on stdout is "tweed: ready at URL".
Every flag has a twin in the environment: --max-worlds is TWEED_MAX_WORLDS.

An application that cannot be given another address reaches Tweed under the vendors' names:
  as a proxy   HTTPS_PROXY=http://127.0.0.1:7524; the port takes CONNECT and requests in absolute form
  over TLS     --tls-addr 127.0.0.1:443, where /etc/hosts or a container network lead the names there
Either way it has to trust the CA of Tweed ("tweed ca"). Production hosts are always refused.`

// addProxyOthers gives a command the flag that says what becomes of other hosts.
func addProxyOthers(cmd *cobra.Command, o *emulator.Options) {
	cmd.Flags().StringVar(&o.ProxyOthers, "proxy-others", "refuse",
		"what the proxy does with hosts that are no vendor's: refuse or pass")
}

func serve(cmd *cobra.Command, f serveFlags) error {
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	f.options.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
	if f.scenario != "" {
		s, err := emulator.Load(f.scenario, os.ReadFile)
		if err != nil {
			return usage(err)
		}
		f.options.Scenario = s
	}
	if err := f.webhooks.open(&f.options.Webhooks); err != nil {
		return usage(err)
	}
	f.fillIn()
	f.options.Certificate = f.authority.certificate
	trust := ""
	if f.options.TLS || f.options.TLSAddr != "" {
		own, err := f.authority.open() // its file is there when the ready line is
		if err != nil {
			return noStart(err)
		}
		warnOfExpiry(cmd, own)
		trust = own.Path()
	}
	emu, err := emulator.New(f.options)
	if err != nil {
		return usage(err)
	}
	if err := emu.Start(); err != nil {
		return noStart(fmt.Errorf("%w; another program may have the port: try --addr 127.0.0.1:0", err))
	}
	banner(cmd.OutOrStdout(), emu, f, trust)
	select {
	case <-cmd.Context().Done():
	case err := <-emu.Failed():
		return failed(err)
	}
	if err := emu.Close(); err != nil {
		return failed(err)
	}
	fmt.Fprintln(cmd.OutOrStdout(), "tweed: stopped")
	return nil
}

// fillIn chooses what serve does otherwise than a test: a running clock, and a fresh seed,
// because an application's database that outlives a restart must not meet the same ids
// for other Items.
func (f *serveFlags) fillIn() {
	o := &f.options
	if o.Clock == "" && (o.Scenario == nil || o.Scenario.Clock.Run == "") {
		o.Clock = "real"
	}
	if o.Seed == 0 && (o.Scenario == nil || o.Scenario.Seed == 0) {
		o.Seed = freshSeed()
	}
}

// seedRange keeps a fresh seed short enough to be typed.
const seedRange = 1_000_000

func freshSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand does not fail
	return 1 + binary.BigEndian.Uint64(b[:])%seedRange
}

// banner says where the server is and how to point an SDK at it. The ready line comes
// first: programs wait for it. trust is the file of the CA when there is TLS.
func banner(w io.Writer, emu *emulator.Emulator, f serveFlags, trust string) {
	url := emu.URL()
	fmt.Fprintf(w, "tweed: ready at %s\n", url)
	fmt.Fprintf(w, "TEST ONLY: made-up banks, no money moves. Control API at %s/_tweed/\n", url)
	if f.options.Seed != 0 {
		fmt.Fprintf(w, "seed %d; repeat with --seed %d\n", f.options.Seed, f.options.Seed)
	}
	listSDKs(w, func(s sdk) string { return s.quote + url + s.quote })
	fmt.Fprintf(w, "  any       HTTPS_PROXY=%s and the CA of \"tweed ca path\": an app keeps its addresses\n", url)
	if trust == "" {
		return
	}
	var at []string
	if f.options.TLS {
		at = append(at, emu.Addr())
	}
	if addr := emu.TLSAddr(); addr != "" {
		at = append(at, addr)
	}
	fmt.Fprintf(w, "TLS at %s for %s; clients have to trust %s\n",
		strings.Join(at, " and "), strings.Join(emulator.VendorHosts(), ", "), trust)
}
