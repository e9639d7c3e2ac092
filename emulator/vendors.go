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
			Method: "GET", Path: "items", About: "the Items at Plaid, with accounts, state and tokens",
			Run: func(c *api.Call) (any, error) { return itemsBody{plaid.Overviews(c.World)}, nil },
		},
		{
			Method: "GET", Path: "relationships", About: "the relationships at Sentinel",
			Run: func(c *api.Call) (any, error) {
				return relationshipsBody{sentinel.RelationshipOverviews(c.World)}, nil
			},
		},
		{
			Method: "GET", Path: "transfers", About: "the transfers at Sentinel, and what their states allow",
			Run: func(c *api.Call) (any, error) { return transfersBody{sentinel.TransferOverviews(c.World)}, nil },
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
}

type relationshipsBody struct {
	Relationships []sentinel.RelationshipOverview `json:"relationships"`
}

type transfersBody struct {
	Transfers []sentinel.TransferOverview `json:"transfers"`
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
