package plaid

import (
	"slices"
	"strconv"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// linkIdle is set for hosted Link when it is opened: a user who stays away for half an hour
// has left.
var linkIdle = world.NewEvent[string]("plaid.link_idle") // link_session_id

func init() {
	linkIdle.Handle(func(w *world.World, id string) {
		s, ok := linkSessions.Get(w, id)
		if !ok || s.Result != nil {
			return
		}
		f := s.flow(w, w.Draw("request").Hex(requestIDLength))
		f.exit(errLinkToken.New(), s.status())
		linkSessions.Put(w, id, *f.s)
	})
}

// announce sends the webhooks of a hosted session that has ended: ITEM_ADD_RESULT for a new
// Item, then EVENTS and SESSION_FINISHED, the latter with SUCCESS or EXITED (documented; their
// order is assumed). Other sessions have none.
func (f *linkFlow) announce() {
	s, r := f.s, f.s.Result
	if !s.Ask.Hosted {
		return
	}
	send := func(code string, more map[string]any) {
		more["webhook_type"], more["webhook_code"] = "LINK", code
		more["link_session_id"], more["link_token"] = s.ID, s.Token
		sendWebhook(f.w, s.Ask.Webhook, more)
	}
	status, tokens := "EXITED", []string{}
	if r.Kind == kindSuccess {
		status, tokens = "SUCCESS", []string{r.PublicToken}
		if !s.updates() {
			send("ITEM_ADD_RESULT", map[string]any{"public_token": r.PublicToken})
		}
	}
	send("EVENTS", map[string]any{"events": s.eventList(f.w)})
	send("SESSION_FINISHED", map[string]any{"status": status, "public_tokens": tokens})
}

// sessionLife is how long after its end /link/token/get tells of a session (documented).
const sessionLife = 6 * time.Hour

// sessionBody is a session as /link/token/get tells of it. Events are told of hosted ones
// (documented), the newest first (example of the OpenAPI file).
type sessionBody struct {
	Events     []eventBody     `json:"events,omitempty"`
	Exit       *sessionExit    `json:"exit"`
	FinishedAt *string         `json:"finished_at"`
	Session    string          `json:"link_session_id"`
	OnExit     *sessionExit    `json:"on_exit"`
	OnSuccess  *sessionSuccess `json:"on_success"`
	Results    *sessionResults `json:"results"`
	StartedAt  string          `json:"started_at"`
}

type eventBody struct {
	ID        string         `json:"event_id"`
	Metadata  map[string]any `json:"event_metadata"`
	Name      string         `json:"event_name"`
	Timestamp string         `json:"timestamp"`
}

type sessionExit struct {
	Error    *errorBody     `json:"error"`
	Metadata map[string]any `json:"metadata"`
}

type sessionSuccess struct {
	Metadata    sessionMetadata `json:"metadata"`
	PublicToken string          `json:"public_token"`
}

type sessionMetadata struct {
	Accounts       []successAccount `json:"accounts"`
	Institution    *metaInstitution `json:"institution"`
	Session        string           `json:"link_session_id"`
	TransferStatus *string          `json:"transfer_status"`
}

type sessionResults struct {
	BankIncome []any           `json:"bank_income_results"`
	CRAAdd     []any           `json:"cra_item_add_results"`
	CRAUpdate  []any           `json:"cra_update_results"`
	Documents  *string         `json:"document_income_results"`
	ItemAdd    []itemAddResult `json:"item_add_results"`
	Payroll    []any           `json:"payroll_income_results"`
}

type itemAddResult struct {
	Accounts    []successAccount `json:"accounts"`
	Institution *metaInstitution `json:"institution"`
	PublicToken string           `json:"public_token"`
}

// sessionsOf are the sessions of a link token, in the order of opening.
func sessionsOf(c *api.Call, token string) []sessionBody {
	var out []sessionBody
	var all []linkSession
	for _, id := range linkByToken.Keys(c.World, token) {
		s, _ := linkSessions.Get(c.World, id)
		if s.Finished.IsZero() || c.Now.Sub(s.Finished) < sessionLife {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b linkSession) int { return int(a.Number) - int(b.Number) })
	for i := range all {
		out = append(out, all[i].body(c.World))
	}
	return out
}

func (s *linkSession) body(w *world.World) sessionBody {
	out := sessionBody{Session: s.ID, StartedAt: s.Opened.UTC().Format(time.RFC3339)}
	if s.Ask.Hosted {
		out.Events = s.eventList(w)
		slices.Reverse(out.Events)
	}
	r := s.Result
	if r == nil {
		return out
	}
	out.FinishedAt = orNull(s.Finished.UTC().Format(time.RFC3339))
	if r.Kind != kindSuccess {
		out.Exit = &sessionExit{Metadata: present(r.Metadata)}
		if e := r.Error; e != nil {
			out.Exit.Error = &errorBody{
				DisplayMessage: e.Display, ErrorCode: e.Code, ErrorMessage: e.Message, ErrorType: e.Type,
			}
		}
		out.OnExit = out.Exit
		return out
	}
	out.OnSuccess = &sessionSuccess{PublicToken: r.PublicToken, Metadata: sessionMetadata{
		Accounts: r.Accounts, Institution: s.institution(), Session: s.ID,
	}}
	out.Results = &sessionResults{BankIncome: []any{}, CRAAdd: []any{}, CRAUpdate: []any{}, Payroll: []any{}}
	out.Results.ItemAdd = []itemAddResult{}
	if !s.updates() {
		out.Results.ItemAdd = append(out.Results.ItemAdd, itemAddResult{
			Accounts: r.Accounts, Institution: s.institution(), PublicToken: r.PublicToken,
		})
	}
	return out
}

// eventList are the session's events for an app's server. Their ids follow from the session.
func (s *linkSession) eventList(w *world.World) []eventBody {
	out := make([]eventBody, len(s.Events))
	for n, event := range s.Events {
		metadata := present(fieldsOf(event.Metadata))
		for _, name := range []string{"is_update_mode", "link_session_id", "timestamp"} {
			delete(metadata, name) // onEvent alone has them
		}
		at, _ := time.Parse(milliseconds, event.Metadata.Timestamp)
		out[n] = eventBody{
			ID: w.Derive("link_event", s.ID, strconv.Itoa(n)).UUID(w.Tag()), Metadata: metadata, Name: event.Name,
			Timestamp: at.Format(time.RFC3339),
		}
	}
	return out
}

// present leaves out what is null: the contract of the server's answers has no null there.
func present(fields map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range fields {
		if value != nil {
			out[name] = value
		}
	}
	return out
}
