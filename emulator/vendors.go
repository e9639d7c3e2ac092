package emulator

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/sentinel"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// vendorOperations are what the control API shows of the vendors' sides of a world, and does
// there.
func vendorOperations() []control.Operation {
	return []control.Operation{
		{
			Method: "GET", Path: "items", About: "the Items at Plaid, with accounts, state and tokens: ?last=N for the newest",
			Run: func(c *api.Call) (any, error) {
				most, err := control.Last(c)
				newest, total := plaid.Overviews(c.World, most)
				return itemsBody{newest, total}, err
			},
		},
		{
			Method: "GET", Path: "relationships", About: "the relationships at Sentinel: ?last=N for the newest",
			Run: func(c *api.Call) (any, error) {
				most, err := control.Last(c)
				newest, total := sentinel.RelationshipOverviews(c.World, most)
				return relationshipsBody{newest, total}, err
			},
		},
		{
			Method: "GET", Path: "transfers", About: "the transfers at Sentinel, and what they allow: ?last=N for the newest",
			Run: func(c *api.Call) (any, error) {
				most, err := control.Last(c)
				newest, total := sentinel.TransferOverviews(c.World, most)
				return transfersBody{newest, total}, err
			},
		},
		{
			Method: "POST", Path: "transfers/{transfer}",
			About: `{"approve": true}, {"return": "R01"}, {"noc": "C01"}, {"reject": true} or {"reject": "NSF"}`,
			Run: func(c *api.Call) (any, error) {
				var simulation sentinel.Simulation
				if err := control.Strict(c.Body.Raw, &simulation); err != nil {
					return nil, err
				}
				return sentinel.Simulate(c, simulation)
			},
		},
	}
}

type itemsBody struct {
	Items []plaid.Overview `json:"items"`
	Total int              `json:"total"`
}

type relationshipsBody struct {
	Relationships []sentinel.RelationshipOverview `json:"relationships"`
	Total         int                             `json:"total"`
}

type transfersBody struct {
	Transfers []sentinel.TransferOverview `json:"transfers"`
	Total     int                         `json:"total"`
}

// try makes a world under a scenario and forgets it.
func (e *Emulator) try(s *scenario.Scenario) error {
	cfg, err := e.config(s)
	if err != nil {
		return err
	}
	_, err = world.New("check", cfg, wall.Now)
	return err
}

type errorsBody struct {
	Errors []ErrorRow `json:"errors"`
}

func errorList(name string) (any, error) {
	rows, err := Errors(name)
	return errorsBody{rows}, err
}

type operationsBody struct {
	Operations []Route `json:"operations"`
}

func operationList() any { return operationsBody{Routes()} }

type scenariosBody struct {
	Scenarios []scenarioBody `json:"scenarios"`
}

type scenarioBody struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// shippedAll lists the scenarios that come with Tweed.
func shippedAll() any {
	out := scenariosBody{Scenarios: []scenarioBody{}}
	for _, name := range scenarios.Names() {
		if s, err := Shipped(name); err == nil { // a test loads them all
			out.Scenarios = append(out.Scenarios, scenarioBody{name, s.About})
		}
	}
	return out
}
