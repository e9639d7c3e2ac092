package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// linkSession is one run through Link, from open to onSuccess or onExit. The dialog, hosted
// Link, headless Link and tests drive the same machine: an action on a pane leads to the
// next pane (link_step.go), and what the page must tell its app are the events on the way.
type linkSession struct {
	ID          string      `json:"id"`
	Number      uint64      `json:"number"` // order in the world
	Token       string      `json:"token,omitempty"`
	Ask         linkAsk     `json:"ask"`
	Mode        string      `json:"mode"`
	Opened      time.Time   `json:"opened"`
	Finished    time.Time   `json:"finished,omitzero"`
	Pane        string      `json:"pane,omitempty"` // "" when it has finished
	Institution string      `json:"institution,omitempty"`
	Query       string      `json:"query,omitempty"` // of the last search
	User        string      `json:"user,omitempty"`
	Password    string      `json:"password,omitempty"`
	Tries       int         `json:"tries,omitempty"` // wrong answers of the user
	Fault       *linkFault  `json:"fault,omitempty"` // what the pane shows
	Retry       string      `json:"retry,omitempty"` // the pane behind an error
	Challenge   *challenge  `json:"challenge,omitempty"`
	Item        *Item       `json:"item,omitempty"` // that is being made or updated
	Chosen      []string    `json:"chosen,omitempty"`
	OAuth       *linkOAuth  `json:"oauth,omitempty"`
	Events      []linkEvent `json:"events"`
	Told        int         `json:"told"` // how many of them the page has got
	Result      *linkResult `json:"result,omitempty"`
}

var (
	linkSessions = world.NewTable[linkSession]("plaid.link_session", 1) // by link_session_id
	linkByState  = linkSessions.Index(func(s linkSession) string { return s.state() })
	linkByToken  = linkSessions.Index(func(s linkSession) string { return s.Token })
)

// The ways in which Link is shown.
const (
	modeDialog  = "dialog"
	modeHosted  = "hosted"
	modeWebview = "webview"
)

// linkLife is how long a user may take; then Link ends with INVALID_LINK_TOKEN (documented).
const linkLife = 30 * time.Minute

// linkTries is how many wrong credentials or answers end Link with INVALID_LINK_TOKEN: that
// too many do is documented, the number is assumed.
const linkTries = 5

var errLinkToken = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_LINK_TOKEN")

// bank is the institution that the user has chosen, nil before.
func (s *linkSession) bank() *dataset.Institution {
	bank, ok := dataset.FindInstitution(s.Institution)
	if !ok {
		return nil
	}
	return bank
}

// updates tells update mode from a new Item.
func (s *linkSession) updates() bool { return s.Ask.Item != "" }

// tell gives the facts of a session.
func (s *linkSession) tell(w *world.World, a *about) {
	a.ofItemID(w, s.Ask.Item)
	if s.Institution != "" {
		a.institution = s.Institution
	}
	if s.User != "" {
		a.user = s.User
	}
	if s.Ask.ClientUser != "" {
		a.clientUser = s.Ask.ClientUser
	}
	if a.products == nil && s.Ask.Products != nil {
		a.products = s.Ask.Products
	}
}

// linkFlow is one request of Link on its way through the machine.
type linkFlow struct {
	w         *world.World
	s         *linkSession
	now       time.Time
	requestID string
	call      *api.Call // nil without a call of the dialog
	acted     []string  // rules at link
}

// of goes on with a session for a call.
func (s linkSession) of(c *api.Call) *linkFlow {
	f := s.flow(c.World, c.RequestID)
	f.call = c
	return f
}

// flow goes on with a session. The table's record stays as it is until reply keeps another.
func (s linkSession) flow(w *world.World, requestID string) *linkFlow {
	if s.Item != nil {
		item := *s.Item
		s.Item = &item
	}
	if s.OAuth != nil {
		visit := *s.OAuth
		s.OAuth = &visit
	}
	s.Events = slices.Clip(s.Events)
	return &linkFlow{w: w, s: &s, now: w.Now(), requestID: requestID}
}

// linkView is what the page shows, and what it tells its app.
type linkView struct {
	ClientName  string           `json:"client_name"`
	Events      []linkEvent      `json:"events"`
	Institution *linkInstitution `json:"institution"`
	Language    string           `json:"language"`
	Session     string           `json:"link_session_id"`
	Pane        any              `json:"pane"`
	RequestID   string           `json:"request_id"`
	Result      any              `json:"result"`
	UpdateMode  bool             `json:"update_mode"`
}

// linkInstitution is an institution as panes show it.
type linkInstitution struct {
	ID     string  `json:"institution_id"`
	Name   string  `json:"name"`
	OAuth  bool    `json:"oauth"`
	Color  *string `json:"primary_color"`
	Status string  `json:"status"` // healthy, degraded, down
}

func shownInstitution(bank *dataset.Institution) *linkInstitution {
	if bank == nil {
		return nil
	}
	return &linkInstitution{
		ID: bank.ID, Name: bank.Name, OAuth: bank.OAuth, Color: orNull(bank.PrimaryColor), Status: bank.Health,
	}
}

// reply keeps the session and shows what has come since the last reply.
func (f *linkFlow) reply() linkView {
	s := f.s
	since := s.Told
	s.Told = len(s.Events)
	linkSessions.Put(f.w, s.ID, *s)
	return f.show(s.Events[since:])
}

// show is the session as it is, with events to tell.
func (f *linkFlow) show(events []linkEvent) linkView {
	s := f.s
	view := linkView{
		ClientName: s.Ask.ClientName, Events: append([]linkEvent{}, events...),
		Institution: shownInstitution(s.bank()), Language: s.Ask.Language, Session: s.ID, RequestID: f.requestID,
		UpdateMode: s.updates(),
	}
	if s.Result != nil {
		view.Result = s.Result.shown()
	} else {
		view.Pane = f.pane()
	}
	return view
}

type linkOpenRequest struct {
	LinkToken        string      `json:"link_token"`
	Key              string      `json:"key"`
	Product          []string    `json:"product"`
	ClientName       string      `json:"client_name"`
	CountryCodes     []string    `json:"country_codes"`
	Language         string      `json:"language"`
	Webhook          string      `json:"webhook"`
	SelectAccount    bool        `json:"select_account"`
	Token            string      `json:"token"`
	OAuthNonce       string      `json:"oauth_nonce"`
	OAuthRedirectURI string      `json:"oauth_redirect_uri"`
	OAuthStateID     string      `json:"oauth_state_id"`
	AccountSubtypes  linkFilters `json:"account_subtypes"`
	Institution      string      `json:"institution_id"`
	ReceivedRedirect string      `json:"received_redirect_uri"`
	Mode             string      `json:"mode"`
}

// linkSessionOpen begins a session, or goes on with the one that an OAuth institution has
// sent the user back to. What is wrong with a token is no error of the call: Link exits with
// it, as at Plaid.
func linkSessionOpen(c *api.Call, req linkOpenRequest) (linkView, error) {
	f := &linkFlow{w: c.World, now: c.Now, requestID: c.RequestID, call: c}
	return f.open(req), nil
}

// open makes the session of a request. Ways to exit at once, in order of checking:
// INVALID_LINK_TOKEN (unknown or expired), INVALID_API_KEYS (a key that is not pinned),
// INVALID_PUBLIC_TOKEN, ITEM_NOT_FOUND (update mode), those of resume.
func (f *linkFlow) open(req linkOpenRequest) linkView {
	ask, refused := req.ask(f.w)
	if refused == nil && req.state() != "" {
		return f.resume(req, ask)
	}
	f.begin(req, ask)
	switch {
	case refused != nil:
		f.exit(refused, "")
	case f.s.updates():
		f.beginUpdate()
	case req.Institution != "":
		f.s.Pane = paneInstitution
		if err := f.choose(req.Institution); err != nil {
			f.exit(asRow(err), "")
		}
	default:
		f.toConsent()
	}
	return f.reply()
}

// begin makes the record of a session.
func (f *linkFlow) begin(req linkOpenRequest, ask linkAsk) {
	mode := req.Mode
	if mode == "" {
		mode = modeDialog
	}
	f.s = &linkSession{
		ID: f.w.UUID("link_session"), Number: f.w.Count("link_session_number"), Token: req.LinkToken, Ask: ask, Mode: mode,
		Opened: f.now, Pane: paneConsent,
	}
	f.emit(eventOpen)
	if ask.Hosted {
		linkIdle.At(f.w, f.now.Add(linkLife), f.s.ID)
	}
}

// ask is what the request's token or key asks for.
func (r linkOpenRequest) ask(w *world.World) (linkAsk, *catalogue.Error) {
	if r.Key != "" && r.LinkToken == "" {
		return r.askOfKey(w)
	}
	row, ok := linkTokens.Get(w, r.LinkToken)
	if !ok || !w.Now().Before(row.Expires) {
		return linkAsk{Language: "en"}, errLinkToken.New()
	}
	return askOfToken(row), nil
}

// linkStepRequest is what a user does on a pane.
type linkStepRequest struct {
	Session      string   `json:"link_session_id"`
	Action       string   `json:"action"`
	Query        string   `json:"query"`
	Institution  string   `json:"institution_id"`
	Username     string   `json:"username"`
	Password     string   `json:"password"`
	Pin          string   `json:"pin"`
	Responses    []string `json:"responses"`
	AccountIDs   []string `json:"account_ids"`
	Routing      string   `json:"routing"`
	Account      string   `json:"account"`
	AccountAgain string   `json:"account_again"`
	Subtype      string   `json:"subtype"`
	Name         string   `json:"name"`
	Code         string   `json:"code"`
	Amounts      []any    `json:"amounts"`
}

// actionLook shows the session again and changes nothing: a page asks it whose last answer was
// lost, which cannot know whether the action was done.
const actionLook = "look"

// linkSessionStep does one action on the session's pane. A session that has finished shows
// its result again. Errors, in order of checking: INVALID_FIELD for an unknown session, and
// for an action that the pane does not take; those of the action.
func linkSessionStep(c *api.Call, req linkStepRequest) (linkView, error) {
	s, ok := linkSessions.Get(c.World, req.Session)
	if !ok {
		return linkView{}, errInvalidField.Text("link_session_id must be that of a session that open has begun")
	}
	return s.of(c).step(req)
}

// step takes an action and shows the next pane.
func (f *linkFlow) step(req linkStepRequest) (linkView, error) {
	switch {
	case req.Action == actionLook:
		return f.show(nil), nil
	case f.s.Result != nil:
	case f.now.Sub(f.s.Opened) >= linkLife && req.Action != "exit":
		f.exit(errLinkToken.New(), f.s.status())
	default:
		if err := f.act(req); err != nil {
			return linkView{}, err
		}
	}
	return f.reply(), nil
}
