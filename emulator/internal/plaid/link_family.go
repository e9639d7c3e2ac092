package plaid

import (
	"net/http"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
)

// Link returns the dialect that Link's own dialog speaks: JSON over POST without
// credentials; the link token, the session or the OAuth state says which world it is in. Its
// paths are Tweed's: Plaid's are not public.
func Link() *api.Family {
	return &api.Family{
		Name:   "link",
		Route:  linkRoutes(),
		Decode: decode,
		Client: linkClient,
		Checks: []func(*api.Call) error{checkFields, checkValues},
		About:  linkAbout,
		Write:  write,
	}
}

// linkPrefix is where Link's dialog asks.
const linkPrefix = "/link/v2/stable/session/"

// linkOperations are all there are, by path.
var linkOperations = map[string]func(*api.Call) (any, error){
	linkPrefix + "open":  api.Handle(linkSessionOpen),
	linkPrefix + "step":  api.Handle(linkSessionStep),
	linkPrefix + "bank":  api.Handle(linkSessionBank),
	linkPrefix + "oauth": api.Handle(linkSessionOAuth),
}

// linkContracted returns Link's operations by path.
func linkContracted() []*api.Op {
	var all []*api.Op
	for _, op := range contract.Ops() {
		if op.Family == "link" {
			all = append(all, &api.Op{
				ID: op.ID, Method: op.Method, Path: op.Path, Depth: api.Stateful, Run: linkOperations[op.Path],
			})
		}
	}
	return all
}

func linkRoutes() func(method, path string) (*api.Op, map[string]string, error) {
	table := map[string]*api.Op{}
	for _, op := range linkContracted() {
		table[op.Path] = op
	}
	return func(method, path string) (*api.Op, map[string]string, error) {
		if op := table[path]; op != nil && method == http.MethodPost {
			return op, nil, nil
		}
		return nil, nil, errNotFound.New()
	}
}

// linkClient finds the key of the public_key integration, which may lead into a world.
func linkClient(_ *api.Request, body api.Body) api.Client {
	key := body.Text("key")
	name, world := api.SplitClient(key)
	return api.Client{ID: name, World: world, Found: world != "" || key != "" && body.Text("link_token") == ""}
}

// linkAbout looks up what a call of the dialog is about: of the session, else of the link
// token.
func linkAbout(c *api.Call) api.About {
	a := &about{}
	s, ok := linkSessions.Get(c.World, c.Body.Text("link_session_id"))
	if !ok {
		s, ok = linkByState.First(c.World, c.Body.Text("oauth_state_id"))
	}
	if ok {
		s.tell(c.World, a)
	} else {
		a.lookUp(c.World, c.Body)
	}
	if id := c.Body.Text("institution_id"); id != "" {
		a.institution = id
	}
	if user := c.Body.Text("username"); user != "" {
		a.user = user
	}
	return a
}
