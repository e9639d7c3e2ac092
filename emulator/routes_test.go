package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestRoutes: every operation that a vendor has is found, and says how deep it goes; one that
// is not built says so, once the request has no faults of its own.
func TestRoutes(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	c.login()
	ids := strings.NewReplacer("{", "", "}", "")
	unbuilt := 0
	for _, route := range emulator.Routes() {
		got := c.send(route.Method, ids.Replace(route.Path), "{}", "Authorization", c.jwt)
		require.Equal(t, route.Depth, got.Header.Get("Tweed-Depth"), "%s %s: %s", route.Method, route.Path, got.Body)
		if got.Status == http.StatusNotImplemented {
			unbuilt++
			require.Equal(t, "none", route.Depth)
			require.Equal(t, "TWEED_ERROR/TWEED_NOT_IMPLEMENTED", got.key())
			require.Contains(t, got.text("error_message"), route.Method+" "+route.Path)
		}
	}
	require.LessOrEqual(t, unbuilt, 1, "all of Plaid answers")
}

// TestShapedRefused: who asks for depth stateful gets no example, and what behaves as ever.
func TestShapedRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t, emulator.Options{MinDepth: "stateful"}), "")
	access := c.accessToken()
	c.ok("/accounts/get", fields{"access_token": access})
	got := c.post("/identity/refresh", fields{"access_token": access})
	require.Equal(t, http.StatusNotImplemented, got.Status)
	require.Equal(t, "TWEED_ERROR/TWEED_SHAPED_REFUSED", got.key())
	require.Equal(t, "shaped", got.Header.Get("Tweed-Depth"))
}

// TestNoRoute: what is no operation is not found, in the dialect of whose it would be.
func TestNoRoute(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	c.login()
	for _, call := range []string{
		"GET /", "POST /", "GET /item/get", "PUT /item/get", "OPTIONS /item/get", "POST /item/get/", "POST //item/get",
		"POST /Item/Get", "GET /favicon.ico", "POST /fdx/recipients",
		"GET /fdx/recipient/", "GET /fdx/recipient/a/b", "POST /legit",
	} {
		method, path, _ := strings.Cut(call, " ")
		got := c.send(method, path, "{}")
		require.Equal(t, http.StatusNotFound, got.Status, call)
		require.Equal(t, "INVALID_REQUEST/NOT_FOUND", got.key(), call)
	}
	require.Equal(t, http.StatusNotFound, c.send("HEAD", "/item/get", "").Status)
	for call, status := range map[string]int{
		"PUT /exchange_token": 404, "POST /exchange_token/x": 404, "POST /legit/": 404, "POST /sentinel/": 404, "POST /sentinel": 404, "POST /exchange_tokens": 404, "GET /_tweedy": 404,
		"GET /sentinel/api/v9/ach_relationships": 404, "DELETE /sentinel/api/v1/ach_relationships": 405,
		"DELETE /legit/api/v1/cc/token": 405, "GET /sentinel/api/v1/ach_relationships/x/y/z": 404,
	} {
		method, path, _ := strings.Cut(call, " ")
		got := c.send(method, path, "{}")
		require.Equal(t, status, got.Status, "%s: %s", call, got.Body)
		require.NotNil(t, got.Fields, "%s: %s", call, got.Body)
	}
	for _, path := range []string{
		"/sentinel//api/v1//ach_relationships", "//sentinel/api/v1/ach_relationships", "///legit/api/v1/verify",
		"//ale/api/v1/read/t/TWEED",
	} {
		require.Equal(t, http.StatusOK, c.get(path, "Authorization", c.jwt).Status, "%s: one client doubles slashes", path)
	}
	require.Equal(t, http.StatusNotFound, c.get("//_tweed/health").Status, "only the vendors' paths")
	c.ok("/%69tem/get?x=1", fields{"access_token": c.accessToken()})
}
