package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// screening is an individual held against the watchlists of a program. Nobody is on a list
// here, so that a screening begins cleared.
type screening struct {
	ID       string      `json:"id"`
	N        uint64      `json:"n"` // in the order of creation, from 1
	Client   string      `json:"client"`
	User     *string     `json:"user,omitempty"` // client_user_id
	Terms    searchTerms `json:"terms"`
	Assignee *string     `json:"assignee,omitempty"`
	Status   string      `json:"status"`
	Changed  time.Time   `json:"changed"`
}

type searchTerms struct {
	Country        *string `json:"country"`
	DateOfBirth    *string `json:"date_of_birth"`
	DocumentNumber *string `json:"document_number"`
	LegalName      string  `json:"legal_name"`
	Version        int     `json:"version"`
	Program        string  `json:"watchlist_program_id"`
}

var (
	screenings   = world.NewTable[screening]("plaid.watchlist_screening", 1) // by id
	screeningsOf = screenings.Index(func(s screening) string { return s.Client + "/" + s.Terms.Program })
)

// screeningStatuses are the states, between which an API client may move a screening as it
// likes (OpenAPI file, WatchlistScreeningStatus).
var screeningStatuses = []string{"rejected", "pending_review", "cleared"}

const statusCleared = "cleared"

type auditTrail struct {
	DashboardUserID *string `json:"dashboard_user_id"`
	Source          string  `json:"source"`
	Timestamp       string  `json:"timestamp"`
}

type screeningBody struct {
	Assignee     *string     `json:"assignee"`
	AuditTrail   auditTrail  `json:"audit_trail"`
	ClientUserID *string     `json:"client_user_id"`
	ID           string      `json:"id"`
	RequestID    string      `json:"request_id,omitempty"`
	SearchTerms  searchTerms `json:"search_terms"`
	Status       string      `json:"status"`
}

// body writes a screening; it was last touched over the API, as all are here.
func (s screening) body(requestID string) screeningBody {
	return screeningBody{
		Assignee: s.Assignee, AuditTrail: auditTrail{Source: "api", Timestamp: s.Changed.Format(time.RFC3339)},
		ClientUserID: s.User, ID: s.ID, RequestID: requestID, SearchTerms: s.Terms, Status: s.Status,
	}
}

type screeningCreateRequest struct {
	ClientUserID *string     `json:"client_user_id"`
	SearchTerms  searchTerms `json:"search_terms"`
}

// watchlistScreeningIndividualCreate screens an individual.
func watchlistScreeningIndividualCreate(c *api.Call, req screeningCreateRequest) (screeningBody, error) {
	s := screening{
		ID: monitorID(c.World, "scr"), N: c.World.Count("plaid.watchlist_screening"), Client: c.Client.ID,
		User: req.ClientUserID, Terms: req.SearchTerms, Status: statusCleared, Changed: c.Now,
	}
	s.Terms.Version = 1
	screenings.Put(c.World, s.ID, s)
	return s.body(c.RequestID), nil
}

// screeningOf finds a screening of the client. The error for one that is not there is assumed.
func screeningOf(c *api.Call, id string) (screening, error) {
	s, ok := screenings.Get(c.World, id)
	if !ok || s.Client != c.Client.ID {
		return s, errInvalidField.Text("watchlist_screening_id must be a valid watchlist screening ID")
	}
	return s, nil
}

type screeningGetRequest struct {
	ID string `json:"watchlist_screening_id"`
}

// watchlistScreeningIndividualGet tells of a screening. Errors: those of screeningOf.
func watchlistScreeningIndividualGet(c *api.Call, req screeningGetRequest) (screeningBody, error) {
	s, err := screeningOf(c, req.ID)
	if err != nil {
		return screeningBody{}, err
	}
	return s.body(c.RequestID), nil
}

type screeningUpdateRequest struct {
	ID           string   `json:"watchlist_screening_id"`
	Assignee     *string  `json:"assignee"`
	ClientUserID *string  `json:"client_user_id"`
	ResetFields  []string `json:"reset_fields"`
	SearchTerms  *struct {
		Country        *string `json:"country"`
		DateOfBirth    *string `json:"date_of_birth"`
		DocumentNumber *string `json:"document_number"`
		LegalName      *string `json:"legal_name"`
		Program        *string `json:"watchlist_program_id"`
	} `json:"search_terms"`
	Status *string `json:"status"`
}

// watchlistScreeningIndividualUpdate changes a screening; each edit of the search terms
// counts up their version. Errors, in order of checking: INVALID_FIELD for a state, those
// of screeningOf.
func watchlistScreeningIndividualUpdate(c *api.Call, req screeningUpdateRequest) (screeningBody, error) {
	if req.Status != nil {
		if err := checkOneOf("status", *req.Status, screeningStatuses...); err != nil {
			return screeningBody{}, err
		}
	}
	s, err := screeningOf(c, req.ID)
	if err != nil {
		return screeningBody{}, err
	}
	if t := req.SearchTerms; t != nil {
		for _, term := range []struct{ mine, theirs **string }{
			{&s.Terms.Country, &t.Country}, {&s.Terms.DateOfBirth, &t.DateOfBirth}, {&s.Terms.DocumentNumber, &t.DocumentNumber},
		} {
			if *term.theirs != nil {
				*term.mine = *term.theirs
			}
		}
		s.Terms.LegalName, s.Terms.Program = textOr(t.LegalName, s.Terms.LegalName), textOr(t.Program, s.Terms.Program)
		s.Terms.Version++
	}
	if req.Assignee != nil {
		s.Assignee = req.Assignee
	}
	if slices.Contains(req.ResetFields, "assignee") {
		s.Assignee = nil
	}
	if req.ClientUserID != nil {
		s.User = req.ClientUserID
	}
	s.Status, s.Changed = textOr(req.Status, s.Status), c.Now
	screenings.Put(c.World, s.ID, s)
	return s.body(c.RequestID), nil
}

type screeningListRequest struct {
	Assignee     string  `json:"assignee"`
	ClientUserID string  `json:"client_user_id"`
	Cursor       *string `json:"cursor"`
	Program      string  `json:"watchlist_program_id"`
	Status       string  `json:"status"`
}

type screeningListResponse struct {
	NextCursor *string         `json:"next_cursor"`
	RequestID  string          `json:"request_id"`
	Screenings []screeningBody `json:"watchlist_screenings"`
}

// watchlistScreeningIndividualList lists the screenings of a program, the newest first
// (assumed). Errors: INVALID_FIELD for a cursor.
func watchlistScreeningIndividualList(c *api.Call, req screeningListRequest) (screeningListResponse, error) {
	var found []screening
	for _, id := range screeningsOf.Keys(c.World, c.Client.ID+"/"+req.Program) {
		s, _ := screenings.Get(c.World, id)
		if fits(req.ClientUserID, textOr(s.User, "")) && fits(req.Assignee, textOr(s.Assignee, "")) &&
			fits(req.Status, s.Status) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b screening) int { return int(b.N) - int(a.N) })
	part, next, err := after(found, req.Cursor, monitorPage)
	if err != nil {
		return screeningListResponse{}, err
	}
	out := screeningListResponse{NextCursor: next, RequestID: c.RequestID, Screenings: []screeningBody{}}
	for _, s := range part {
		out.Screenings = append(out.Screenings, s.body(""))
	}
	return out, nil
}
