package plaid

import "tweed/emulator/internal/catalogue"

// linkEvent is what onEvent gets. Names and metadata are those of plaid.com/docs/link/web.
type linkEvent struct {
	Name     string        `json:"name"`
	Metadata eventMetadata `json:"metadata"`
}

// eventMetadata has all members always; what is not known is null.
type eventMetadata struct {
	AccountNumberMask *string `json:"account_number_mask"`
	ErrorCode         *string `json:"error_code"`
	ErrorMessage      *string `json:"error_message"`
	ErrorType         *string `json:"error_type"`
	ExitStatus        *string `json:"exit_status"`
	InstitutionID     *string `json:"institution_id"`
	InstitutionName   *string `json:"institution_name"`
	Query             *string `json:"institution_search_query"`
	UpdateMode        string  `json:"is_update_mode"` // "true" or "false"
	Session           string  `json:"link_session_id"`
	MatchReason       *string `json:"match_reason"`
	MFAType           *string `json:"mfa_type"`
	RequestID         string  `json:"request_id"`
	RoutingNumber     *string `json:"routing_number"`
	Selection         *string `json:"selection"`
	Timestamp         string  `json:"timestamp"`
	ViewName          *string `json:"view_name"`
}

// The names of events.
const (
	eventOpen           = "OPEN"
	eventExit           = "EXIT"
	eventHandoff        = "HANDOFF"
	eventError          = "ERROR"
	eventView           = "TRANSITION_VIEW"
	eventSearch         = "SEARCH_INSTITUTION"
	eventSelect         = "SELECT_INSTITUTION"
	eventSelectDegraded = "SELECT_DEGRADED_INSTITUTION"
	eventSelectDown     = "SELECT_DOWN_INSTITUTION"
	eventSelectFiltered = "SELECT_FILTERED_INSTITUTION"
	eventSelectAuthType = "SELECT_AUTH_TYPE"
	eventSubmitLogin    = "SUBMIT_CREDENTIALS"
	eventSubmitMFA      = "SUBMIT_MFA"
	eventSubmitRouting  = "SUBMIT_ROUTING_NUMBER"
	eventSubmitAccount  = "SUBMIT_ACCOUNT_NUMBER"
	eventOpenOAuth      = "OPEN_OAUTH"
	eventCloseOAuth     = "CLOSE_OAUTH"
	eventFailOAuth      = "FAIL_OAUTH"
	viewConsent         = "CONSENT"
	viewSelect          = "SELECT_INSTITUTION"
	viewCredential      = "CREDENTIAL"
	viewLoading         = "LOADING"
	viewMFA             = "MFA"
	viewRecaptcha       = "RECAPTCHA"
	viewAccounts        = "SELECT_ACCOUNT"
	viewConnected       = "CONNECTED"
	viewError           = "ERROR"
	viewOAuth           = "OAUTH"
	viewNumbers         = "NUMBERS"
	viewSameDay         = "SAME_DAY_MICRODEPOSIT_AUTHORIZED"
	viewInstant         = "INSTANT_MICRODEPOSIT_AUTHORIZED"
	selectionManual     = "flow_type_manual"
)

// emit adds an event; set fills in what it says beyond the place where Link is.
func (f *linkFlow) emit(name string, set ...func(*eventMetadata)) {
	s := f.s
	m := eventMetadata{
		UpdateMode: "false", Session: s.ID, RequestID: f.requestID, Timestamp: f.now.UTC().Format(milliseconds),
	}
	if s.updates() {
		m.UpdateMode = "true"
	}
	if bank := s.bank(); bank != nil {
		m.InstitutionID, m.InstitutionName = &bank.ID, &bank.Name
	}
	for _, fill := range set {
		fill(&m)
	}
	s.Events = append(s.Events, linkEvent{Name: name, Metadata: m})
}

// view says that Link shows another view.
func (f *linkFlow) view(name string) {
	f.emit(eventView, func(m *eventMetadata) {
		m.ViewName = &name
		if name == viewMFA && f.s.Challenge != nil {
			m.MFAType = orNull(eventMFA[f.s.Challenge.kind()])
		}
	})
}

// eventMFA is the mfa_type of events by that of a challenge (plaid.com/docs/link/web: code,
// device, questions, selections).
var eventMFA = map[string]string{
	mfaDeviceList: "device", mfaDevice: "code", mfaQuestions: "questions", mfaSelections: "selections",
}

// fail says that something went wrong.
func (f *linkFlow) fail(fault *linkFault) {
	f.emit(eventError, fault.fill)
}

// linkFault is an error as onExit gets it.
type linkFault struct {
	Type    string  `json:"error_type"`
	Code    string  `json:"error_code"`
	Message string  `json:"error_message"`
	Display *string `json:"display_message"`
}

func faultOf(e *catalogue.Error) *linkFault {
	return &linkFault{Type: e.Row.Type, Code: e.Row.Code, Message: e.Message, Display: e.Display}
}

func (l *linkFault) fill(m *eventMetadata) {
	if l != nil {
		m.ErrorType, m.ErrorCode, m.ErrorMessage = &l.Type, &l.Code, &l.Message
	}
}
