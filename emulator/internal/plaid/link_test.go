package plaid

// linkToken makes a link token.
func (s *tester) linkToken(more object) reply {
	s.t.Helper()
	return s.good("/link/token/create", with(object{
		"client_name": "Tweed", "language": "en", "country_codes": []string{"US"}, "products": []string{"auth"},
		"user": object{"client_user_id": "user-1"},
	}, more))
}
