package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var invalidMFA = wrong{
	key: "ITEM_ERROR/INVALID_MFA", message: "the provided MFA response(s) were not correct",
	display: "The provided MFA responses were not correct. Please try again.",
}

// Every challenge: its rounds with the right answers. In between the Item waits.
func TestMFA(t *testing.T) {
	t.Parallel()
	s := serve(t).speaks(version2019)
	type round struct {
		kind    string
		answers []string
	}
	for password, rounds := range map[string][]round{
		"mfa_device":        {{"device_list", []string{"3"}}, {"device", []string{"1234"}}},
		"mfa_questions_1_1": {{"questions", []string{"answer_0_0"}}},
		"mfa_questions_2_2": {
			{"questions", []string{"answer_0_0", "answer_0_1"}}, {"questions", []string{"answer_1_0", "answer_1_1"}},
		},
		"mfa_selections":       {{"selections", []string{"tomato", "ketchup"}}},
		"mfa_selections_1_2_3": {{"selections", []string{"Yes", "Yes"}}},
	} {
		t.Run(password, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			r := s.post("/item/create", goodLogin(password))
			item := object{"access_token": r.text("access_token")}
			for _, round := range rounds {
				require.Equal(t, 210, r.Status, r.Body)
				require.Equal(t, round.kind, r.text("mfa_type"))
				s.refused("/accounts/get", item, loginRequired)
				wrongly := with(item, object{"mfa_type": round.kind, "responses": []string{"wrong"}})
				s.refused("/item/mfa", wrongly, invalidMFA)
				s.refused("/item/mfa", with(wrongly, object{"responses": []string{}}), invalidMFA)
				s.refused("/item/mfa", with(item, object{"mfa_type": "other", "responses": round.answers}), invalidMFA)
				r = s.post("/item/mfa", with(item, object{"mfa_type": round.kind, "responses": round.answers}))
			}
			require.Equal(t, 200, r.Status, r.Body)
			require.NotContains(t, r.Fields, "access_token")
			s.good("/accounts/get", item)
			last := rounds[len(rounds)-1]
			s.refused("/item/mfa", with(item, object{"mfa_type": last.kind, "responses": last.answers}), invalidMFA)
		})
	}
}

func TestMFAQuestions(t *testing.T) {
	t.Parallel()
	s := serve(t).speaks(version2018)
	r := s.post("/item/create", goodLogin("mfa_questions_1_2"))
	require.Equal(t, []any{"What is the answer to question_0_0?", "What is the answer to question_0_1?"}, r.Fields["questions"])
	r = s.post("/item/create", goodLogin("mfa_selections_1_1_3"))
	require.Equal(t, []any{object{
		"answers": []any{"Yes", "No", "No 1"}, "question": "Is selection_0_0 right?",
	}}, r.Fields["selections"])
	r = s.post("/item/create", goodLogin("mfa_selections"))
	require.Equal(t, "Ketchup or mustard?", r.text("selections", 1, "question"))
	require.Nil(t, r.Fields["questions"])
	require.NotContains(t, r.Fields, "flexible_input_specs", "2019-05-29 brought it")
}

// Which passwords ask.
func TestChallengeOf(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]bool{
		"mfa_device": true, "mfa_questions_3_2": true, "mfa_selections": true, "mfa_selections_1_1_2": true,
		"mfa_device_1": false, "mfa_questions": false, "mfa_questions_0_1": false, "mfa_questions_1_21": false,
		"mfa_questions_1_x": false, "mfa_selections_1": false, "mfa_": false, "pass_good": false, "questions_1_1": false,
	} {
		_, asked := challengeOf(userGood, password)
		require.Equal(t, want, asked, password)
	}
	for password, want := range map[string]challenge{
		`{"mfa":{"type":"device"}}`: {Kind: "device", Rounds: 2},
		`{"mfa":{"type":"questions","question_rounds":2,"questions_per_round":"3"}}`: {Kind: "questions", Rounds: 2, Count: 3},
		`{"mfa":{"type":"selections","selections_per_question":4}}`:                  {Kind: "selections", Rounds: 1, Count: 2, Options: 4},
		`{"mfa":{"type":"selections","selection_rounds":2,"questions_per_round":3}}`: {Kind: "selections", Rounds: 2, Count: 3, Options: 2},
	} {
		got, asked := challengeOf(userCustom, password)
		require.True(t, asked, password)
		require.Equal(t, want, got)
	}
	for _, password := range []string{`{}`, `{"mfa":{"type":""}}`, `[]`, `x`, `{"mfa":[]}`, `{"mfa":{"type":"other"}}`} {
		_, asked := challengeOf(userCustom, password)
		require.False(t, asked, password)
	}
}
