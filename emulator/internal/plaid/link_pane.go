package plaid

import "slices"

// The panes as the page gets them. Their names are those of link_step.go.
type (
	consentPane struct {
		DataTypes []string `json:"data_types"`
		Name      string   `json:"name"`
		Products  []string `json:"products"`
	}
	institutionPane struct {
		Institutions []*linkInstitution `json:"institutions"`
		Manual       bool               `json:"manual"`
		Name         string             `json:"name"`
		Query        string             `json:"query"`
	}
	credentialsPane struct {
		Error  *paneFault        `json:"error"`
		Fields []credentialField `json:"fields"`
		Name   string            `json:"name"`
	}
	mfaPane struct {
		Devices    []device    `json:"devices"`
		Error      *paneFault  `json:"error"`
		Name       string      `json:"name"`
		Prompt     *string     `json:"prompt"`
		Questions  []string    `json:"questions"`
		Selections []selection `json:"selections"`
		Type       string      `json:"type"`
	}
	accountsPane struct {
		Accounts []linkAccount `json:"accounts"`
		Error    *paneFault    `json:"error"`
		Multiple bool          `json:"multiple"`
		Name     string        `json:"name"`
	}
	numbersPane struct {
		Error *paneFault `json:"error"`
		Name  string     `json:"name"`
	}
	depositsPane struct {
		Error *paneFault `json:"error"`
		Kind  string     `json:"kind"` // code
		Name  string     `json:"name"`
	}
	oauthPane struct {
		BankURL  string  `json:"bank_url"`
		Name     string  `json:"name"`
		Redirect *string `json:"redirect"`
		State    string  `json:"oauth_state_id"`
	}
	errorPane struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
		Name    string `json:"name"`
		Retry   bool   `json:"retry"`
		Type    string `json:"error_type"`
	}
	connectedPane struct {
		Accounts int    `json:"accounts"`
		Name     string `json:"name"`
	}
)

// paneFault is what was wrong with the last answer.
type paneFault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// shown is what the user reads: the display message where there is one.
func (l *linkFault) shown() *paneFault {
	if l == nil {
		return nil
	}
	return &paneFault{Code: l.Code, Message: textOr(l.Display, l.Message)}
}

// pane is the session's pane.
func (f *linkFlow) pane() any {
	s, fault := f.s, f.s.Fault.shown()
	switch s.Pane {
	case paneConsent:
		return consentPane{Name: s.Pane, Products: orEmpty(s.Ask.Products), DataTypes: s.Ask.dataTypes()}
	case paneInstitution:
		return institutionPane{Name: s.Pane, Query: s.Query, Institutions: s.institutions(), Manual: s.manual()}
	case paneCredentials:
		return credentialsPane{Name: s.Pane, Fields: credentialFields(s.bank()), Error: fault}
	case paneMFA:
		return s.mfaPane(fault)
	case paneAccounts:
		return accountsPane{Name: s.Pane, Accounts: f.candidates(), Multiple: !s.Ask.Single, Error: fault}
	case paneNumbers:
		return numbersPane{Name: s.Pane, Error: fault}
	case paneDeposits:
		return depositsPane{Name: s.Pane, Kind: "code", Error: fault}
	case paneOAuth:
		return s.oauthPane()
	case paneError:
		return errorPane{
			Name: s.Pane, Type: s.Fault.Type, Code: s.Fault.Code, Message: fault.Message, Retry: s.Retry != "",
		}
	default:
		item := f.sharing()
		return connectedPane{Name: s.Pane, Accounts: len(item.accounts(f.w))}
	}
}

func (s *linkSession) mfaPane(fault *paneFault) mfaPane {
	m := s.Challenge
	out := mfaPane{Name: s.Pane, Type: m.kind(), Error: fault}
	switch out.Type {
	case mfaDeviceList:
		out.Devices = mfaDevices
	case mfaDevice:
		out.Prompt = orNull("Code sent to " + m.Device)
	case mfaQuestions:
		out.Questions = m.questions()
	case mfaSelections:
		out.Selections = m.selections()
	}
	return out
}

// productData are the kinds of data by product, as a consent pane names them (assumed).
var productData = map[string][]string{
	"auth":              {"account_and_routing_number"},
	"assets":            {"account_balance_info", "contact_info", "transactions"},
	"identity":          {"contact_info"},
	"investments":       {"investments"},
	"liabilities":       {"credit_and_loans"},
	"transfer":          {"account_and_routing_number"},
	productTransactions: {"transactions"},
}

// dataTypes are what the user consents to share: the accounts, and what the products need.
func (a *linkAsk) dataTypes() []string {
	all := []string{"account_balance_info"}
	for _, name := range a.Products {
		for _, kind := range productData[name] {
			if !slices.Contains(all, kind) {
				all = append(all, kind)
			}
		}
	}
	slices.Sort(all)
	return all
}
