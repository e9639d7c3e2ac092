package plaid

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

// Legacy returns the dialect of Plaid's old API (tartan.plaid.com, 2015 to 2017): form or
// JSON in, and errors of {code, message, resolve}. Only /exchange_token is left of it,
// for the flow of Plaid's Apex guide. The fields are read by plaid-ruby 2.1.0, plaid-node
// 1.x and plaid-python 1.x.
func Legacy() *api.Family {
	exchangeToken := legacyExchange()
	return &api.Family{
		Name: "legacy",
		Route: func(method, path string) (*api.Op, map[string]string, error) {
			if method != exchangeToken.Method || path != exchangeToken.Path {
				return nil, nil, errNotFound.New()
			}
			return exchangeToken, nil, nil
		},
		Decode: legacyDecode,
		Client: client,
		Checks: []func(*api.Call) error{legacyCheckClient},
		About:  aboutOf,
		Write:  legacyWrite,
	}
}

func legacyExchange() *api.Op {
	return &api.Op{
		ID: "exchangeToken", Method: "POST", Path: "/exchange_token", Depth: api.Stateful,
		Run: api.Handle(legacyExchangeToken),
	}
}

var (
	errLegacyContentType  = catalogue.Must(catalogue.Legacy, "1009")
	errLegacyNoClient     = catalogue.Must(catalogue.Legacy, "1100")
	errLegacyNoSecret     = catalogue.Must(catalogue.Legacy, "1101")
	errLegacyKeys         = catalogue.Must(catalogue.Legacy, "1102")
	errLegacyPublicToken  = catalogue.Must(catalogue.Legacy, "1106")
	errLegacyNoToken      = catalogue.Must(catalogue.Legacy, "1107")
	errLegacyAccount      = catalogue.Must(catalogue.Legacy, "1606")
	errLegacyItem         = catalogue.Must(catalogue.Legacy, "1610")
	errLegacyNoDepository = catalogue.Must(catalogue.Legacy, "2001")
)

// legacyDecode reads JSON or a form (plaid-ruby 2.1 sends a form).
func legacyDecode(req *api.Request) (api.Body, error) {
	isJSON := strings.Contains(req.Header.Get("Content-Type"), "json") ||
		bytes.HasPrefix(bytes.TrimSpace(req.Body), []byte("{"))
	if isJSON {
		body, err := api.DecodeJSON(req)
		if err != nil {
			return api.Body{}, errLegacyContentType.New()
		}
		return body, nil
	}
	body, err := decodeForm(req)
	if err != nil {
		return api.Body{}, errLegacyContentType.New()
	}
	return body, nil
}

// decodeForm reads a form; its values are strings.
func decodeForm(req *api.Request) (api.Body, error) {
	form, err := url.ParseQuery(string(req.Body))
	if err != nil {
		return api.Body{}, err
	}
	fields := make(map[string]any, len(form))
	for name := range form {
		fields[name] = form.Get(name)
	}
	return api.FromFields(fields), nil
}

func legacyCheckClient(c *api.Call) error {
	switch {
	case c.Client.ID == "":
		return errLegacyNoClient.New()
	case c.Client.Secret == "":
		return errLegacyNoSecret.New()
	case checkKeys(c) != nil:
		return errLegacyKeys.New()
	}
	return nil
}

type legacyExchangeRequest struct {
	PublicToken any `json:"public_token"`
	AccountID   any `json:"account_id"`
}

// legacyExchangeResponse has the members that plaid-ruby 2.1.0 reads, and the account_id
// that the processor token is for (assumed). It has no request_id: that is in a header.
type legacyExchangeResponse struct {
	AccessToken    string `json:"access_token"`
	AccountID      string `json:"account_id,omitempty"`
	ProcessorToken string `json:"processor_token,omitempty"`
}

// legacyExchangeToken trades a public token for an access token and, when an account_id
// is sent, for an Apex processor token as well; an absent, null or empty account_id gives
// the access token alone (documented in Plaid's Apex guide; plaid-node 1.x sends null).
// Errors, in order of checking: 1107, 1106, 1610, then for an account_id 1606 (not of
// this Item, or malformed) and 2001 (not a depository account); that Apex's form of the
// call used the last two is assumed. The public token is used up only by an answer.
func legacyExchangeToken(c *api.Call, req legacyExchangeRequest) (legacyExchangeResponse, error) {
	none := legacyExchangeResponse{}
	token, _ := req.PublicToken.(string)
	if token == "" {
		return none, errLegacyNoToken.New()
	}
	item, err := redeemable(c, token)
	switch {
	case err == nil:
	case asRow(err).Row == errItemNotFound:
		return none, errLegacyItem.New()
	default:
		return none, errLegacyPublicToken.New()
	}
	accountID, isText := req.AccountID.(string)
	if req.AccountID != nil && !isText {
		return none, errLegacyAccount.New()
	}
	if accountID != "" {
		acc, ok := item.account(c.World, accountID)
		switch {
		case !ok:
			return none, errLegacyAccount.New()
		case acc.Type != "depository":
			return none, errLegacyNoDepository.New()
		}
	}
	item = redeem(c, token, item)
	out := legacyExchangeResponse{AccessToken: item.AccessToken, AccountID: accountID}
	if accountID != "" {
		out.ProcessorToken = newProcessorToken(c.World, "processor", item.ID, accountID, apex[0])
	}
	return out, nil
}

type legacyErrorBody struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
	Resolve string      `json:"resolve"`
}

// legacyWrite puts the request id into a header (plaid-node 1.2.0 reads it there). Rows of
// the newer API, forced by a scenario, keep their name as the message.
func legacyWrite(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	id := api.Header{Name: "X-Request-Id", Value: c.RequestID}
	switch {
	case err == nil:
		return api.JSONReply(200, answer, id)
	case err.Row.Family == catalogue.Tweed:
		return api.TweedError(c, err)
	}
	body := legacyErrorBody{Code: "1702", Message: err.Message, Resolve: err.Row.Resolve}
	if _, e := strconv.Atoi(err.Row.Code); e == nil {
		body.Code = json.Number(err.Row.Code)
	} else {
		body.Resolve = err.Row.Key()
	}
	return api.JSONReply(err.Status, body, id)
}
