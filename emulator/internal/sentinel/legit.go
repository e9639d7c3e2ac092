package sentinel

import (
	"net/url"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

var (
	errLegitRoute      = catalogue.Must(catalogue.Legit, "ROUTE_NOT_FOUND")
	errLegitMethod     = catalogue.Must(catalogue.Legit, "METHOD_NOT_ALLOWED")
	errTokenRefused    = catalogue.Must(catalogue.Legit, "TOKEN_REFUSED")
	errJWSNotProvided  = catalogue.Must(catalogue.Legit, "JWS_NOT_PROVIDED")
	errJWTNotProvided  = catalogue.Must(catalogue.Legit, "JWT_NOT_PROVIDED")
	errLegitAuthorized = catalogue.Must(catalogue.Legit, "NOT_AUTHORIZED")
)

// Legit returns the dialect of Apex's authentication: a JWS in, a JWT as raw text out.
func Legit() *api.Family {
	return &api.Family{
		Name:   "legit",
		Route:  newRoutes(legitOperations(), errLegitRoute, errLegitMethod).find,
		Decode: legitDecode,
		Client: loginClient,
		About:  aboutNothing,
		Write:  write,
	}
}

// legitRuns are the operations of Legit, by the contract's id.
var legitRuns = map[string]func(*api.Call) (any, error){
	"legitTokenCreate": tokenCreate,
	"legitTokenGet":    tokenCreate,
	"legitVerify":      tokenVerify,
	"legitLogout":      logout,
}

// legitDecode reads the query of a GET, where a "+" of standard base64 has become a space, and the JSON body of a
// POST. A body that is not JSON carries no JWS.
func legitDecode(req *api.Request) (api.Body, error) {
	body, err := decode(req)
	if err != nil || req.Method != "GET" {
		return body, err
	}
	if jws := body.Text("jws"); jws != "" {
		body.Fields["jws"] = strings.ReplaceAll(jws, " ", "+")
	}
	return body, nil
}

// loginClient finds who calls: in the JWS of a login, or in the token of another call.
func loginClient(req *api.Request, body api.Body) api.Client {
	if l, err := parseLogin(body.Text("jws")); err == nil {
		return clientOf(l.Username)
	}
	return tokenClient(req, body)
}

// aboutNothing is for calls that only their own fields tell apart.
func aboutNothing(*api.Call) api.About { return api.Nothing{} }

// tokenCreate trades a JWS for a token, the same by POST and by GET. The answer is the token alone, as
// application/octet-stream (motoqueiro/ApexClearingSDK). Errors, in order of checking: JWS_NOT_PROVIDED, TOKEN_REFUSED.
func tokenCreate(c *api.Call) (any, error) {
	text := c.Body.Text("jws")
	if text == "" {
		return nil, errJWSNotProvided.New()
	}
	l, err := parseLogin(text)
	if err == nil {
		err = l.allowed(c.Client.ID, settingsOf(c.World).Credentials)
	}
	if err != nil {
		c.Note("login refused: %s", err)
		return nil, errTokenRefused.New()
	}
	token, err := openSession(c.World, l.Username, l.Entity)
	if err != nil {
		return nil, err
	}
	return api.Raw{Type: "application/octet-stream", Body: []byte(token)}, nil
}

// tokenVerify answers with the claims of the caller's token. Errors: NOT_AUTHORIZED.
func tokenVerify(c *api.Call) (any, error) {
	s, ok := findSession(c.World, bearer(c.Header("Authorization")))
	if !ok {
		return nil, errLegitAuthorized.New()
	}
	return s.Claims, nil
}

// logout ends the caller's token. What a good answer looks like is not public: 200 without a body is assumed. Errors,
// in order of checking: JWT_NOT_PROVIDED, NOT_AUTHORIZED.
func logout(c *api.Call) (any, error) {
	token := bearer(c.Header("Authorization"))
	if token == "" {
		return nil, errJWTNotProvided.New()
	}
	s, ok := findSession(c.World, token)
	if !ok {
		return nil, errLegitAuthorized.New()
	}
	sessions.Delete(c.World, s.Claims.ID)
	return nil, nil
}

// decode reads the query of a GET or the JSON body of another request into fields. A body that is no JSON object
// leaves them nil, for a check to speak of it in its turn: who calls comes first.
func decode(req *api.Request) (api.Body, error) {
	if req.Method != "GET" {
		body, err := api.DecodeJSON(req)
		if err != nil {
			return api.Body{Raw: req.Body}, nil //nolint:nilerror // checkBody reports it, after the caller
		}
		return body, nil
	}
	query, _ := url.ParseQuery(req.Query) // what can be read of it
	fields := make(map[string]any, len(query))
	for name := range query {
		fields[name] = query.Get(name)
	}
	return api.FromFields(fields), nil
}
