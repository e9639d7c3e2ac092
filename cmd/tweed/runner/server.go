package runner

import (
	"context"
	"errors"
	"strings"

	"tweed/cmd/tweed/flow"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// Server is where a scenario is walked: an emulator of the runner's own, or another server.
type Server struct {
	// Name is what comparisons call it.
	Name string
	// Flow has addresses, credentials, further headers, time and HTTP client: the calls of steps use them as the
	// reference client does. HTTP and Now may not be nil. Without a Sentinel target there is the Plaid half alone.
	Flow flow.Config
	// Items are those of the scenario's "given".
	Items []emulator.Item
	// Advance moves the clock; nil where nobody can.
	Advance func(context.Context, scenario.Span) error
}

// Local is the reference client's configuration for a Tweed at an address, with the credentials that the scenario pins.
func Local(s *scenario.Scenario, address string) flow.Config {
	cfg := flow.Local(address, "")
	keys := Keys(s)
	cfg.Plaid.ClientID, cfg.Plaid.Secret = keys.ClientID, flow.Secret(keys.Secret)
	cfg.Sentinel.Username, cfg.Sentinel.Entity = keys.Username, keys.Entity
	cfg.Sentinel.SharedSecret = flow.Secret(keys.SharedSecret)
	return cfg
}

// legit is where Apex's login is.
const legit = "/legit/"

// isApex tells whether a path is one of Apex's. /sentinel2 is the later generation.
func isApex(path string) bool {
	return strings.HasPrefix(path, "/sentinel") || strings.HasPrefix(path, "/ale/") || strings.HasPrefix(path, legit)
}

// base is the address of the vendor that has a path.
func (s Server) base(path string) (string, error) {
	switch {
	case !isApex(path):
		return s.Flow.Plaid.BaseURL, nil
	case s.Flow.Sentinel == nil:
		return "", errors.New("there is no Sentinel target to call")
	}
	return s.Flow.Sentinel.BaseURL, nil
}
