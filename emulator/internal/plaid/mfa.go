package plaid

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// challenge is what a user is asked besides the credentials, by the password of user_good
// or by the JSON of user_custom (plaid.com/docs/sandbox/test-credentials).
type challenge struct {
	Kind    string `json:"kind"`   // device, questions, selections
	Rounds  int    `json:"rounds"` // how often it is asked
	Count   int    `json:"count"`  // questions or selections in a round; 0 = the two recorded selections
	Options int    `json:"options,omitempty"`
	Round   int    `json:"round"` // the one that is open, from 0
	Device  string `json:"device,omitempty"`
}

// challenges are the open ones, by item_id.
var challenges = world.NewTable[challenge]("plaid.mfa", 1)

var errInvalidMFA = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/INVALID_MFA")

// The kinds of a challenge. A device is chosen from a list first.
const (
	mfaDevice     = "device"
	mfaDeviceList = "device_list"
	mfaQuestions  = "questions"
	mfaSelections = "selections"
)

// mfaLimit bounds the numbers in a password (assumed).
const mfaLimit = 20

// challengeOf reads what a password asks for: mfa_device, mfa_questions_<rounds>_<count>,
// mfa_selections, mfa_selections_<rounds>_<count>_<options>. Others ask for nothing.
func challengeOf(user, password string) (challenge, bool) {
	if user == userCustom {
		return customChallenge(password)
	}
	kind, rest, _ := strings.Cut(strings.TrimPrefix(password, "mfa_"), "_")
	numbers, ok := numbersIn(rest)
	switch {
	case !strings.HasPrefix(password, "mfa_") || !ok:
	case kind == mfaDevice && len(numbers) == 0:
		return challenge{Kind: mfaDevice, Rounds: 2}, true
	case kind == mfaSelections && len(numbers) == 0:
		return challenge{Kind: mfaSelections, Rounds: 1}, true
	case kind == mfaQuestions && len(numbers) == 2:
		return challenge{Kind: mfaQuestions, Rounds: numbers[0], Count: numbers[1]}, true
	case kind == mfaSelections && len(numbers) == 3:
		return challenge{Kind: mfaSelections, Rounds: numbers[0], Count: numbers[1], Options: numbers[2]}, true
	}
	return challenge{}, false
}

// numbersIn reads numbers between underscores, each from 1 to mfaLimit.
func numbersIn(text string) (numbers []int, ok bool) {
	if text == "" {
		return nil, true
	}
	for part := range strings.SplitSeq(text, "_") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > mfaLimit {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// customChallenge reads the member mfa of user_custom's JSON; numbers that it leaves out
// are 1.
func customChallenge(password string) (challenge, bool) {
	var custom struct {
		MFA struct {
			Type            string      `json:"type"`
			QuestionRounds  json.Number `json:"question_rounds"`
			PerRound        json.Number `json:"questions_per_round"`
			SelectionRounds json.Number `json:"selection_rounds"`
			PerQuestion     json.Number `json:"selections_per_question"`
		} `json:"mfa"`
	}
	if json.Unmarshal([]byte(password), &custom) != nil {
		return challenge{}, false
	}
	number := func(n json.Number) int {
		i, err := strconv.Atoi(string(n))
		if err != nil {
			return 1
		}
		return min(max(i, 1), mfaLimit)
	}
	switch mfa := custom.MFA; mfa.Type {
	case mfaDevice:
		return challenge{Kind: mfaDevice, Rounds: 2}, true
	case mfaQuestions:
		return challenge{Kind: mfaQuestions, Rounds: number(mfa.QuestionRounds), Count: number(mfa.PerRound)}, true
	case mfaSelections:
		return challenge{
			Kind: mfaSelections, Rounds: number(mfa.SelectionRounds), Count: 1, Options: number(mfa.PerQuestion),
		}, true
	}
	return challenge{}, false
}

// mfaResponse is the question, with status 210. What it does not ask is null (recorded).
type mfaResponse struct {
	AccessToken        string      `json:"access_token,omitempty"`
	Device             *mfaMessage `json:"device"`
	DeviceList         []device    `json:"device_list"`
	FlexibleInputSpecs *string     `json:"flexible_input_specs"`
	MFAType            string      `json:"mfa_type"`
	Questions          []string    `json:"questions"`
	RequestID          string      `json:"request_id"`
	Selections         []selection `json:"selections"`
}

type mfaMessage struct {
	DisplayMessage string `json:"display_message"`
}

type device struct {
	ID   string `json:"device_id"`
	Mask string `json:"mask"`
	Type string `json:"type"`
}

type selection struct {
	Answers  []string `json:"answers"`
	Question string   `json:"question"`
}

// mfaDevices and mfaCode are recorded, 2017 to 2019.
var mfaDevices = []device{
	{"0", "••• ••• 1111", "phone"},
	{"1", "••• ••• 2222", "phone"},
	{"2", "s...h@plaid.com", "email"},
	{"3", "r...n@plaid.com", "email"},
}

const mfaCode = "1234"

// recordedSelections are asked by mfa_selections (recorded 2018); the first answer of each
// is right.
var recordedSelections = []selection{
	{Answers: []string{"tomato", "potato"}, Question: "You say tomato, I say...?"},
	{Answers: []string{"ketchup", "mustard"}, Question: "Ketchup or mustard?"},
}

// kind is the mfa_type of the open round.
func (m challenge) kind() string {
	if m.Kind == mfaDevice && m.Round == 0 {
		return mfaDeviceList
	}
	return m.Kind
}

func (m challenge) questions() []string {
	out := make([]string, m.Count)
	for n := range out {
		out[n] = fmt.Sprintf("What is the answer to question_%d_%d?", m.Round, n) // recorded for 0_0
	}
	return out
}

// selections are numbered like questions; the right answer is Yes (documented), the text of
// the question and the wrong answers are assumed.
func (m challenge) selections() []selection {
	if m.Count == 0 {
		return recordedSelections
	}
	out := make([]selection, m.Count)
	for n := range out {
		out[n] = selection{Answers: []string{"Yes"}, Question: fmt.Sprintf("Is selection_%d_%d right?", m.Round, n)}
		for o := 1; o < m.Options; o++ {
			out[n].Answers = append(out[n].Answers, strings.TrimRight(fmt.Sprintf("No %d", o-1), " 0"))
		}
	}
	return out
}

// right are the answers of the open round. Any device may be chosen.
func (m challenge) right() []string {
	var out []string
	switch m.kind() {
	case mfaDeviceList:
		return []string{m.Device}
	case mfaDevice:
		return []string{mfaCode}
	case mfaQuestions:
		for n := range m.Count {
			out = append(out, fmt.Sprintf("answer_%d_%d", m.Round, n))
		}
	case mfaSelections:
		for _, s := range m.selections() {
			out = append(out, s.Answers[0])
		}
	}
	return out
}

// ask keeps an Item as one that waits for answers, and returns the question. With an
// access token it is the first of a new Item.
func ask(c *api.Call, item Item, m challenge, accessToken string) mfaResponse {
	item.Error = errLoginRequired.Key()
	items.Put(c.World, item.ID, item)
	challenges.Put(c.World, item.ID, m)
	c.Keep(answered, 210) // Plaid's own status for a question
	out := mfaResponse{AccessToken: accessToken, MFAType: m.kind(), RequestID: c.RequestID}
	switch out.MFAType {
	case mfaDeviceList:
		out.DeviceList = mfaDevices
	case mfaDevice:
		out.Device = &mfaMessage{"Code sent to " + m.Device}
	case mfaQuestions:
		out.Questions = m.questions()
	case mfaSelections:
		out.Selections = m.selections()
	}
	return out
}

type itemMFARequest struct {
	AccessToken string   `json:"access_token"`
	MFAType     string   `json:"mfa_type"`
	Responses   []string `json:"responses"`
}

// itemMFA takes the answers to a challenge. The next round is asked with status 210; after
// the last the Item is healthy. Errors, in order of checking: those of itemOf, INVALID_MFA
// for an Item that asks nothing, for another mfa_type and for a wrong answer; the challenge
// stays open then (all assumed).
func itemMFA(c *api.Call, req itemMFARequest) (any, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return nil, err
	}
	open, ok := challenges.Get(c.World, item.ID)
	if !ok || req.MFAType != open.kind() {
		return nil, errInvalidMFA.New()
	}
	next, ok := open.answered(req.Responses)
	if !ok {
		return nil, errInvalidMFA.New()
	}
	if next.Round < next.Rounds {
		return ask(c, item, next, ""), nil
	}
	return loggedIn(c, item), nil
}

// answered returns the challenge after answers to its open round, false for wrong ones.
func (m challenge) answered(responses []string) (challenge, bool) {
	if m.kind() == mfaDeviceList && len(responses) == 1 {
		at := slices.IndexFunc(mfaDevices, func(d device) bool { return d.ID == responses[0] })
		if at < 0 {
			return m, false
		}
		m.Device = mfaDevices[at].Mask
		responses = []string{m.Device}
	}
	if !slices.Equal(responses, m.right()) {
		return m, false
	}
	m.Round++
	return m, true
}
