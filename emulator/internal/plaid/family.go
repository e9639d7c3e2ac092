// Package plaid is the Plaid Sandbox: one file for each chapter of Plaid's API
// documentation. Operations speak version 2020-09-14.
package plaid

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

// version is the API version that operations speak (plaid.com/docs/api/versioning).
const version = "2020-09-14"

// Family returns Plaid's dialect: RPC over POST with credentials in the body or in
// headers, and errors of eight keys.
func Family() *api.Family {
	return &api.Family{
		Name:   "plaid",
		Route:  routes(),
		Decode: decode,
		Client: client,
		// The order is inferred from recorded answers (plaid-ruby's VCR cassettes) and SDK
		// tests: a null client_id wins over a malformed access_token, a malformed account_id
		// over a malformed access_token. That keys are looked at after the fields, and before
		// values that are well formed and refused (INVALID_PROCESSOR), is assumed.
		Checks: []func(*api.Call) error{checkClient, checkFields, checkKeys, checkValues},
		Facts:  fact,
		Write:  write,
	}
}

var (
	errNotFound      = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/NOT_FOUND")
	errInvalidBody   = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_BODY")
	errInvalidHeader = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_HEADERS")
	errInvalidField  = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_FIELD")
	errMissingFields = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/MISSING_FIELDS")
	errUnknownFields = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/UNKNOWN_FIELDS")
	errAPIKeys       = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_API_KEYS")
)

// routes makes the table of all operations of the contract. Those that are not built
// have no Run and answer TWEED_NOT_IMPLEMENTED.
func routes() func(method, path string) (*api.Op, map[string]string, error) {
	table := make(map[string]*api.Op, len(contract.Ops()))
	var others []*api.Op // FDX's, which are no RPC over POST
	for _, op := range contract.Ops() {
		if op.Family != "plaid" {
			continue
		}
		one := &api.Op{ID: op.ID, Method: op.Method, Path: op.Path, Depth: api.None}
		if op.Method != http.MethodPost {
			others = append(others, one)
			continue
		}
		table[op.Path] = one
	}
	for path, run := range operations {
		op := table[path]
		if op == nil {
			panic("plaid: " + path + " is not in the contract")
		}
		op.Depth, op.Run = api.Stateful, run
	}
	return func(method, path string) (*api.Op, map[string]string, error) {
		if op := table[path]; op != nil && method == op.Method {
			return op, nil, nil
		}
		for _, op := range others {
			if method == op.Method && fitsPath(op.Path, path) {
				return op, nil, nil
			}
		}
		// 404 and "not found" by plaid.com/docs/errors (2026-03); a recording of 2018 has
		// HTTP 400 and "invalid route: <path>" (plaid-java issue 123).
		return nil, nil, errNotFound.New()
	}
}

// fitsPath compares a path with one that has {name} for what varies.
func fitsPath(template, path string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(wanted, given, func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, "{") && given != ""
	})
}

// operations are those that behave, by path. Each chapter's file holds its own.
var operations = map[string]func(*api.Call) (any, error){
	"/accounts/balance/get":                       api.Handle(accountsBalanceGet),
	"/accounts/get":                               api.Handle(accountsGet),
	"/auth/get":                                   api.Handle(authGet),
	"/identity/get":                               api.Handle(identityGet),
	"/item/access_token/invalidate":               api.Handle(itemAccessTokenInvalidate),
	"/item/get":                                   api.Handle(itemGet),
	"/item/processor_token/apex/create":           api.Handle(processorApexTokenCreate),
	"/item/public_token/create":                   api.Handle(itemPublicTokenCreate),
	"/item/public_token/exchange":                 api.Handle(itemPublicTokenExchange),
	"/item/remove":                                api.Handle(itemRemove),
	"/link/token/create":                          api.Handle(linkTokenCreate),
	"/link/token/get":                             api.Handle(linkTokenGet),
	"/processor/account/get":                      api.Handle(processorAccountGet),
	"/processor/apex/processor_token/create":      api.Handle(processorApexTokenCreate),
	"/processor/auth/get":                         api.Handle(processorAuthGet),
	"/processor/balance/get":                      api.Handle(processorBalanceGet),
	"/processor/identity/get":                     api.Handle(processorIdentityGet),
	"/processor/stripe/bank_account_token/create": api.Handle(processorStripeTokenCreate),
	"/processor/token/create":                     api.Handle(processorTokenCreate),
	"/sandbox/item/reset_login":                   api.Handle(sandboxItemResetLogin),
	"/sandbox/processor_token/create":             api.Handle(sandboxProcessorTokenCreate),
	"/sandbox/public_token/create":                api.Handle(sandboxPublicTokenCreate),
	"/webhook_verification_key/get":               api.Handle(webhookVerificationKeyGet),
}

// decode reads the JSON body. Any Content-Type is taken for a body that is JSON, since
// curl without -H sends a form's; a body without one is refused as documented.
func decode(req *api.Request) (api.Body, error) {
	body, err := api.DecodeJSON(req)
	if err == nil {
		return body, nil
	}
	if !strings.Contains(req.Header.Get("Content-Type"), "json") {
		return api.Body{}, errInvalidHeader.Text("Content-Type must be application/json") // assumed
	}
	return api.Body{}, errInvalidBody.New()
}

// client finds client_id and secret: in the body, or in the headers that the official
// SDKs since 2020 send.
func client(req *api.Request, body api.Body) api.Client {
	id, inBody := body.Fields["client_id"].(string)
	if !inBody {
		id = req.Header.Get("Plaid-Client-Id")
	}
	secret, inBody := body.Fields["secret"].(string)
	if !inBody {
		secret = req.Header.Get("Plaid-Secret")
	}
	name, world := api.SplitClient(id)
	return api.Client{ID: name, Secret: secret, World: world, Found: id != ""}
}

// checkClient looks at the presence and form of the credentials.
func checkClient(c *api.Call) error {
	if anonymous[c.Op.Path] {
		return nil
	}
	var missing []string
	for _, f := range []struct{ field, header string }{{"client_id", "Plaid-Client-Id"}, {"secret", "Plaid-Secret"}} {
		if _, sent := c.Body.Fields[f.field]; !sent && c.Header(f.header) == "" {
			missing = append(missing, f.field)
		}
	}
	if len(missing) > 0 {
		return errMissingFields.New("fields", strings.Join(missing, ", "))
	}
	strict := settingsOf(c.World).Strict
	if c.Client.ID == "" || strict && !clientForm.MatchString(c.Client.ID) {
		return errInvalidField.Text("client_id must be a properly formatted, non-empty string") // observed
	}
	if c.Client.Secret == "" || strict && !secretForm.MatchString(c.Client.Secret) {
		return errInvalidField.Text("secret must be a properly formatted, non-empty string") // assumed
	}
	return nil
}

// anonymous operations take no credentials (plaid.com/docs/api: categories are public).
var anonymous = map[string]bool{"/categories/get": true}

// The forms are observed: client_id has 24 hex digits, secret 30.
var (
	clientForm = regexp.MustCompile(`^[0-9a-f]{24}$`)
	secretForm = regexp.MustCompile(`^[0-9a-f]{30}$`)
)

// refusal is the name under which checkFields leaves a refused value for checkValues.
const refusal = "refusal"

// checkFields holds the body against the contract.
func checkFields(c *api.Call) error {
	op, ok := contract.Find(c.Op.Method, c.Op.Path)
	if !ok {
		return nil
	}
	for _, note := range op.UnknownEnums(c.Body.Fields) {
		c.Note("%s", note)
	}
	v := op.Check(c.Body.Fields)
	if v != nil && v.Kind == contract.InvalidInput {
		c.Keep(refusal, v)
		return nil
	}
	return violation(v)
}

// checkValues refuses a value that is well formed and none of the vendor's.
func checkValues(c *api.Call) error {
	kept, _ := c.Kept(refusal)
	v, _ := kept.(*contract.Violation)
	return violation(v)
}

func violation(v *contract.Violation) error {
	switch {
	case v == nil:
		return nil
	case v.Row != "":
		return catalogue.Find(v.Row)[0].Text(v.Message)
	case v.Kind == contract.MissingFields:
		return errMissingFields.New("fields", strings.Join(v.Fields, ", "))
	case v.Kind == contract.UnknownFields:
		return errUnknownFields.New("fields", strings.Join(v.Fields, ", "))
	}
	return errInvalidField.Text(v.Message)
}

// checkKeys compares the credentials with those that the scenario pins, if it does.
func checkKeys(c *api.Call) error {
	pinned := settingsOf(c.World).Credentials
	if len(pinned) == 0 || anonymous[c.Op.Path] {
		return nil
	}
	for _, keys := range pinned {
		if fits(keys.ClientID, c.Client.ID) && fits(keys.Secret, c.Client.Secret) {
			return nil
		}
	}
	return errAPIKeys.New()
}

// fits compares with a pinned key; an empty one fits all.
func fits(pinned, given string) bool { return pinned == "" || pinned == given }

// errorBody is Plaid's error, its keys in alphabetical order as observed. Recordings
// have suggested_action since 2019-05 and documentation_url since 2020-06.
type errorBody struct {
	DisplayMessage   *string `json:"display_message"`
	DocumentationURL string  `json:"documentation_url,omitempty"`
	ErrorCode        string  `json:"error_code"`
	ErrorMessage     string  `json:"error_message"`
	ErrorType        string  `json:"error_type"`
	RequestID        string  `json:"request_id,omitempty"` // left out inside Items
	SuggestedAction  *string `json:"suggested_action"`
}

func errorBodyOf(e *catalogue.Error, requestID string) errorBody {
	return errorBody{
		DisplayMessage: e.Display, DocumentationURL: e.DocURL(), ErrorCode: e.Row.Code,
		ErrorMessage: e.Message, ErrorType: e.Row.Type, RequestID: requestID,
	}
}

// withExtra adds the further members that an error has, such as error_code_reason.
func (b errorBody) withExtra(extra map[string]any) any {
	if len(extra) == 0 {
		return b
	}
	all := map[string]any{}
	text, err := json.Marshal(b)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic("plaid: " + err.Error()) // strings and nulls always marshal
	}
	maps.Copy(all, extra)
	return all
}

// securityHeaders are on good answers only: none of the 482 recorded errors has them.
var securityHeaders = []api.Header{
	{Name: "X-Content-Type-Options", Value: "nosniff"},
	{Name: "X-Frame-Options", Value: "DENY"},
	{Name: "X-Xss-Protection", Value: "1; mode=block"},
}

// vendorHost tells the names that HSTS may be sent for. On localhost it would lock a
// developer's browser out of plain HTTP for a year.
func vendorHost(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return strings.HasSuffix(name, ".plaid.com")
}

// write turns an answer into a reply. Header names and values are observed. There is
// no Plaid-Request-Id: plaid-node 8 takes an answer with it for a file.
func write(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	if err != nil && err.Row.Family == catalogue.Tweed {
		return api.TweedError(c, err)
	}
	common := []api.Header{
		{Name: "Server", Value: "nginx"},
		{Name: "Vary", Value: "Accept-Encoding"},
		{Name: "Plaid-Version", Value: versionOf(c)},
	}
	if err != nil {
		return api.JSONReply(err.Status, errorBodyOf(err, c.RequestID).withExtra(err.Extra), common...)
	}
	common = append(common, securityHeaders...)
	if vendorHost(c.Host()) {
		hsts := "max-age=31536000; includeSubDomains; preload"
		common = append(common, api.Header{Name: "Strict-Transport-Security", Value: hsts})
	}
	return api.JSONReply(200, answer, common...)
}

// versionOf is what the client asked for, else what the scenario says, else the newest.
func versionOf(c *api.Call) string {
	switch {
	case c.Version != "":
		return c.Version
	case c.World == nil:
		return version
	}
	return cmp.Or(settingsOf(c.World).Version, version)
}

// number writes a decimal exactly as it is stored.
func number(text string) *json.Number {
	if text == "" {
		return nil
	}
	n := json.Number(text)
	return &n
}

// Operations returns the operations that are built, the old API's among them, by path.
func Operations() []*api.Op {
	out := []*api.Op{{ID: "exchangeToken", Method: "POST", Path: "/exchange_token", Depth: api.Stateful}}
	for _, path := range slices.Sorted(maps.Keys(operations)) {
		out = append(out, &api.Op{Method: "POST", Path: path, Depth: api.Stateful})
	}
	return out
}
