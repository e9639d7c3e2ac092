// Package sentinel is Apex Clearing's Sentinel (ACH relationships and transfers) with its test mode, Legit (the login
// that it needs) and ALE (its events), as public clients of 2016 to 2019 know them. Their documentation is not public
// any more: what is assumed is listed in assumptions.go.
package sentinel

import (
	"errors"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

var (
	errRoute         = catalogue.Must(catalogue.Sentinel, "ROUTE_NOT_FOUND")
	errMethod        = catalogue.Must(catalogue.Sentinel, "METHOD_NOT_ALLOWED")
	errNotAuthorized = catalogue.Must(catalogue.Sentinel, "NOT_AUTHORIZED")
	errBadRequest    = catalogue.Must(catalogue.Sentinel, "BAD_REQUEST")
	errValidation    = catalogue.Must(catalogue.Sentinel, "VALIDATION_FAILED")
)

// Family returns Sentinel's dialect: paths with ids in them, JSON, Legit's JWT in the header Authorization, 200 on
// every success (public clients, 2016 to 2019).
func Family() *api.Family {
	return &api.Family{
		Name:   "sentinel",
		Route:  newRoutes(sentinelOperations(), errRoute, errMethod).find,
		Decode: decode,
		Client: tokenClient,
		Checks: []func(*api.Call) error{checkSession, checkBody, checkFields}, // the order is assumed
		About:  aboutOf,
		Write:  write,
	}
}

// sentinelRuns are the operations of Sentinel that behave, by the contract's id.
var sentinelRuns = map[string]func(*api.Call) (any, error){
	"sentinelRelationshipCreate":    relationshipCreate,
	"sentinelRelationshipList":      relationshipList,
	"sentinelRelationshipGet":       relationshipGet,
	"sentinelRelationshipCancel":    relationshipCancel,
	"sentinelRelationshipRename":    relationshipRename,
	"sentinelRelationshipApprove":   relationshipApprove,
	"sentinelRelationshipReissue":   relationshipReissue,
	"sentinelDepositCreate":         depositCreate,
	"sentinelWithdrawalCreate":      withdrawalCreate,
	"sentinelTransferGet":           transferGet,
	"sentinelTransferCancel":        transferCancel,
	"sentinelSimulateApprove":       simulateApprove,
	"sentinelSimulateReject":        simulateReject,
	"sentinelSimulateReturn":        simulateReturn,
	"sentinelSimulateNOC":           simulateNOC,
	"sentinelSimulateMicroDeposits": simulateMicroDeposits,
	"sentinelTransferList":          transferList,
	"sentinelTransferSummary":       transferSummary,
	"sentinelAmountAvailable":       amountAvailable,

	// The later generation, as far as its shape is known.
	"sentinel2RelationshipCreate":      relationshipCreate,
	"sentinel2RelationshipList":        relationshipList,
	"sentinel2RelationshipGet":         relationshipGet,
	"sentinel2RelationshipCancel":      relationshipCancel,
	"sentinel2RelationshipUpdatePlaid": relationshipUpdatePlaid,
	"sentinel2DepositCreate":           depositCreate,
	"sentinel2WithdrawalCreate":        withdrawalCreate,
}

// bodyless operations take no body; what is sent to them all the same is not looked at.
var bodyless = []string{"sentinelRelationshipReissue", "sentinelSimulateApprove", "sentinelSimulateReject"}

// checkSession looks at the token of the header Authorization.
func checkSession(c *api.Call) error {
	s, ok := findSession(c.World, bearer(c.Header("Authorization")))
	if !ok {
		return errNotAuthorized.New()
	}
	c.Keep("session", s)
	return nil
}

// checkBody refuses a body that is no JSON object.
func checkBody(c *api.Call) error {
	if c.Body.Fields != nil || slices.Contains(bodyless, c.Op.ID) {
		return nil
	}
	_, err := api.DecodeJSON(&api.Request{Body: c.Body.Raw})
	switch coding := c.Header("Content-Encoding"); {
	case coding != "":
		err = errors.New("it has Content-Encoding " + coding + ", which is not read here")
	case err == nil:
		err = errors.New("it is no JSON object")
	}
	return errBadRequest.New("text", "the body could not be read as a JSON object: "+err.Error())
}

// checkFields holds the body against the contract.
func checkFields(c *api.Call) error {
	op, ok := contract.Find(c.Op.Method, c.Op.Path)
	if !ok || slices.Contains(bodyless, c.Op.ID) {
		return nil
	}
	v := op.Check(c.Body.Fields)
	switch {
	case v == nil:
		return nil
	case v.Kind == contract.MissingFields:
		return invalid(strings.Join(v.Fields, ", "), "is required")
	}
	return errValidation.Text("validation failed: " + v.Message)
}

// invalid is the error of one field.
func invalid(field, problem string) error {
	return errValidation.New("field", field, "problem", problem)
}

// write turns an answer into a reply. An error is {"error", "message"} with null for an absent message; one of Legit
// that has neither has no body (motoqueiro/ApexClearingSDK; for Sentinel assumed). Rows of Plaid, forced by a scenario,
// keep their code as the label.
func write(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	reply := writeBody(c, answer, err)
	// The header is assumed: Plaid's old API and many gateways call it so.
	reply.Header = append(reply.Header, api.Header{Name: "X-Request-Id", Value: c.RequestID})
	return reply
}

func writeBody(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	switch {
	case err != nil && err.Row.Family == catalogue.Tweed:
		return api.TweedError(c, err)
	case err != nil:
		return writeError(err)
	case answer == nil:
		return api.Reply{Status: 200}
	}
	if raw, ok := answer.(api.Raw); ok {
		return api.Reply{Status: 200, Header: []api.Header{{Name: "Content-Type", Value: raw.Type}}, Body: raw.Body}
	}
	return api.JSONReply(200, answer)
}

func writeError(err *catalogue.Error) api.Reply {
	label := err.Row.Label
	if label == "" && err.Row.Family != catalogue.Legit {
		label = err.Row.Code
	}
	if label == "" && err.Message == "" && len(err.Extra) == 0 {
		return api.Reply{Status: err.Status}
	}
	body := map[string]any{"error": label, "message": nil}
	if err.Message != "" {
		body["message"] = err.Message
	}
	for name, value := range err.Extra {
		body[name] = value
	}
	return api.JSONReply(err.Status, body)
}
