package control

import (
	"cmp"

	"tweed/emulator/internal/api"
	"tweed/emulator/scenario"
)

// listScenarios answers with the scenarios that come with Tweed, or with the YAML of one.
// Errors: TWEED_BAD_REQUEST for a name that is none.
func (a *API) listScenarios(c *api.Call) (any, error) {
	name := queryOf(c).Get("name")
	if name == "" {
		return a.ShippedAll(), nil
	}
	s, err := a.Shipped(name)
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	return api.Raw{Type: typeYAML, Body: []byte(s.Source())}, nil
}

const typeYAML = "application/yaml; charset=utf-8"

// checkScenario answers with what putScenario would say of the body. Nothing is changed.
func (a *API) checkScenario(c *api.Call) (any, error) {
	file := cmp.Or(queryOf(c).Get("file"), "scenario")
	s, err := scenario.Load(file, c.Body.Raw)
	if err == nil {
		err = a.Try(s)
	}
	return scenario.CheckedOf(file, s, err), nil
}

// listErrors answers with the error catalogue. Errors: TWEED_BAD_REQUEST for a name that is none.
func (a *API) listErrors(c *api.Call) (any, error) {
	rows, err := a.Errors(queryOf(c).Get("name"))
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	return rows, nil
}

func (a *API) listOperations(*api.Call) (any, error) { return a.Operations(), nil }
