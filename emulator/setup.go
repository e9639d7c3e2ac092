package emulator

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/sentinel"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// defaultStart is where a stopped clock stands: Monday 2026-01-05, 09:30 in New York, a
// banking day before any cut-off.
var defaultStart = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

const defaultSeed = 1

// config turns a scenario into what a world starts from.
func (e *Emulator) config(s *scenario.Scenario) (world.Config, error) {
	clock, err := e.clock(s)
	if err != nil {
		return world.Config{}, err
	}
	if err := checkAssume(s); err != nil {
		return world.Config{}, err
	}
	prepared, err := rules.Prepare(s)
	if err != nil {
		return world.Config{}, err
	}
	return world.Config{
		Seed:  e.seed(s),
		Clock: clock,
		Setup: func(w *world.World) error { return e.setup(w, s, prepared) },
	}, nil
}

// checkAssume returns what is wrong with the scenario's "assume", each with its place.
func checkAssume(s *scenario.Scenario) error {
	var problems scenario.Problems
	for _, name := range slices.Sorted(maps.Keys(s.Assume)) {
		if err := sentinel.CheckAssume(texts(map[string]any{name: s.Assume[name]})); err != nil {
			problems = append(problems, s.Problem("assume."+name, err.Error(), ""))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// texts are the values of "assume" as they are written.
func texts(values map[string]any) map[string]string {
	out := make(map[string]string, len(values))
	for name, value := range values {
		out[name] = fmt.Sprint(value)
	}
	return out
}

func (e *Emulator) seed(s *scenario.Scenario) uint64 {
	switch {
	case e.options.Seed != 0:
		return e.options.Seed
	case s.Seed != 0:
		return s.Seed
	}
	return defaultSeed
}

// clock is the scenario's, unless an option overrides how it runs. A running clock
// without a start begins now.
func (e *Emulator) clock(s *scenario.Scenario) (world.Clock, error) {
	run, err := world.ParseRun(s.Clock.Run)
	if err != nil {
		return world.Clock{}, err
	}
	if e.run != nil {
		run = *e.run
	}
	start := defaultStart
	switch {
	case !s.Clock.Start.IsZero():
		start = s.Clock.Start
	case run.Speed > 0:
		start = wall.Now()
	}
	return world.Clock{Start: start, Run: run}, nil
}

// setup writes the first records of a world.
func (e *Emulator) setup(w *world.World, s *scenario.Scenario, prepared rules.Prepared) error {
	bank := plaid.Settings{Environment: s.Environment, Version: s.Version, Strict: e.options.Strict}
	apex := sentinel.Settings{Assume: texts(s.Assume)}
	for _, c := range s.Credentials {
		if c.ClientID != "" || c.Secret != "" {
			bank.Credentials = append(bank.Credentials, plaid.Credentials{
				ClientID: c.ClientID, Secret: c.Secret, PublicKey: c.PublicKey,
			})
		}
		if c.Username != "" || c.SharedSecret != "" {
			apex.Credentials = append(apex.Credentials, sentinel.Credentials{
				Username: c.Username, Entity: c.Entity, SharedSecret: c.SharedSecret,
			})
		}
	}
	plaid.Set(w, bank)
	sentinel.Set(w, apex)
	rules.Set(w, prepared)
	for i, item := range s.Given.Items {
		login := plaid.Login{
			Institution: item.Institution, User: item.User, Password: item.Password, Products: item.Products,
			Webhook: item.Webhook, Alias: item.As, Custom: item.Custom, ClientUser: item.ClientUserID,
		}
		if err := login.Given(w); err != nil {
			return scenario.Problems{s.Problem(fmt.Sprintf("given.items[%d]", i), "the item cannot be linked: "+err.Error(), "")}
		}
	}
	return nil
}
