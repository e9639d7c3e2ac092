package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"tweed/cmd/tweed/flow"
	"tweed/cmd/tweed/runner"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// sandbox is the word for the vendors' sandboxes.
const sandbox = "sandbox"

// other is the server that a comparison walks beside an emulator of its own.
type other struct {
	name  string
	tweed bool
	world string      // of a Tweed, where scenarios are compared; nobody else uses it
	cfg   flow.Config // of a server that is no Tweed
}

// findOther finds out what the server of --compare is: "sandbox", the address of a Tweed, or that of another server,
// which takes the place of Plaid's Sandbox. The vendors' production hosts are refused before anything is called.
func findOther(ctx context.Context, where string) (other, error) {
	o := other{name: strings.TrimSuffix(where, "/"), world: "compare-" + uuid.NewString()}
	getenv := os.Getenv
	if where != sandbox {
		if _, err := flow.New(flow.Local(o.name, "")); err != nil {
			return o, usage(fmt.Errorf("--compare %s: %w", where, err))
		}
		var health struct {
			Status string `json:"status"`
		}
		err := o.control("").call(ctx, http.MethodGet, "health", nil, &health)
		if _, unreachable := errors.AsType[*url.Error](err); unreachable {
			return o, usage(fmt.Errorf("--compare: %w", err))
		}
		if o.tweed = err == nil && health.Status == "ok"; o.tweed {
			return o, nil
		}
		getenv = func(name string) string {
			if name == flow.EnvPlaidBaseURL {
				return o.name
			}
			return os.Getenv(name)
		}
	}
	var err error
	if o.cfg, err = flow.Sandbox(getenv); err != nil {
		return o, usage(fmt.Errorf("--compare %s: %w", where, err))
	}
	o.cfg.Name, o.cfg.Now = o.name, time.Now
	return o, nil
}

func (o other) control(world string) *control {
	return &control{url: o.name, world: world, token: os.Getenv("TWEED_CONTROL_TOKEN")}
}

// flow is the reference client's configuration for the server. On a Tweed without a world's name it is for a world of
// its own, which end removes.
func (o other) flow(ctx context.Context, world string) (cfg flow.Config, end func(), err error) {
	end = func() {}
	if !o.tweed {
		return o.cfg, end, nil
	}
	if world == "" {
		world, end = o.world, o.remove(ctx)
	}
	cfg = flow.Local(o.name, world)
	cfg.Name = o.name
	_, err = driveRemote(&cfg, world)
	return cfg, end, err
}

// remove returns what removes the comparison's world, also when the comparison was interrupted. A world that stays only
// takes room.
func (o other) remove(ctx context.Context) func() {
	return func() {
		c := o.control("")
		_ = c.call(context.WithoutCancel(ctx), http.MethodDelete, "worlds/"+o.world, nil, nil)
	}
}

// server prepares the server for a scenario. A Tweed gets the scenario into a world of its own, which end removes;
// another server cannot take what changes a server. The error says which keys these are.
func (o other) server(ctx context.Context, s *scenario.Scenario) (server runner.Server, end func(), err error) {
	if !o.tweed {
		if keys := runner.OnlyTweed(s); len(keys) > 0 {
			return server, nil, fmt.Errorf("%s has %s, which change the server; %s is no Tweed that could take them: "+
				"compare with a Tweed, or a scenario of calls alone", s.File(), strings.Join(keys, ", "), o.name)
		}
		return runner.Server{Name: o.name, Flow: o.cfg}, func() {}, nil
	}
	c := o.control(o.world)
	end = o.remove(ctx)
	if err := c.call(ctx, http.MethodPut, "scenario", []byte(s.Source()), nil); err != nil {
		return server, nil, fmt.Errorf("%s does not take %s: %w", o.name, s.File(), err)
	}
	server, err = o.prepared(ctx, s)
	if err != nil {
		end()
		return server, nil, fmt.Errorf("%s: %w", o.name, err)
	}
	return server, end, nil
}

// prepared is the world of a Tweed that has taken a scenario. Its clock stands still unless the scenario says how it
// runs.
func (o other) prepared(ctx context.Context, s *scenario.Scenario) (runner.Server, error) {
	c := o.control(o.world)
	if s.Clock.Run == "" {
		if err := c.call(ctx, http.MethodPost, "clock", []byte(`{"run": "manual"}`), nil); err != nil {
			return runner.Server{}, err
		}
	}
	items, err := givenItems(ctx, c)
	if err != nil {
		return runner.Server{}, err
	}
	server := runner.Server{Name: o.name, Flow: runner.Local(s, o.name), Items: items}
	server.Flow.Headers = http.Header{"Tweed-World": {o.world}} // whatever a call says who it is
	clock, err := driveRemote(&server.Flow, o.world)
	if err != nil {
		return server, err
	}
	server.Flow.Wait = func(ctx context.Context, d time.Duration) error { return clock.move(ctx, d.String()) }
	server.Advance = func(ctx context.Context, span scenario.Span) error { return clock.move(ctx, span.String()) }
	return server, nil
}

// givenItems are the Items of a Tweed's world. Its export is read by an emulator, which knows its form.
func givenItems(ctx context.Context, c *control) ([]emulator.Item, error) {
	var export json.RawMessage
	if err := c.call(ctx, http.MethodGet, "export", nil, &export); err != nil {
		return nil, err
	}
	mirror, err := emulator.New(emulator.Options{BodyBytes: maxReply})
	if err == nil {
		err = mirror.Start()
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = mirror.Close() }() // nothing else is asked of it
	here := control{url: mirror.URL(), world: c.world}
	if err := here.call(ctx, http.MethodPost, "import", export, nil); err != nil {
		return nil, fmt.Errorf("its Items cannot be read here: %w", err)
	}
	return mirror.World(c.world).Items(), nil
}
