package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// control calls the control API of a Tweed that runs elsewhere.
type control struct {
	url, world, token string
}

// addFlags gives a command the flags that say where the control API is. Their twins make
// TWEED_URL work, which exec sets.
func (c *control) addFlags(cmd *cobra.Command) {
	o := cmd.PersistentFlags()
	o.StringVar(&c.url, "url", "http://"+defaultAddr, "address of the running Tweed")
	o.StringVar(&c.world, "world", "", "world to act on (default: the one called default)")
	o.StringVar(&c.token, "control-token", "", "token that the control API asks for")
}

// refusal is an error that the control API answered.
type refusal struct {
	Code    string `json:"error_code"`
	Message string `json:"error_message"`
}

// Error is what the server says.
func (r refusal) Error() string { return r.Message }

// maxReply bounds what is read of an answer, in bytes.
const maxReply = 64 << 20

// call makes one call, "rules" for /_tweed/rules, and decodes the answer into reply, if
// that is not nil. The error has what the server says.
func (c *control) call(ctx context.Context, method, path string, body []byte, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	address, text, err := c.ask(ctx, method, path, body)
	if err != nil || reply == nil {
		return err
	}
	if err := json.Unmarshal(text, reply); err != nil {
		return fmt.Errorf("%s: %w; is that the address of a Tweed?", address, err)
	}
	return nil
}

// ask makes one call and returns the address that it went to and the answer as it came. The
// error has what the server says.
func (c *control) ask(ctx context.Context, method, path string, body []byte) (address string, text []byte, err error) {
	address = strings.TrimSuffix(c.url, "/") + "/_tweed/" + path
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return address, nil, err
	}
	if c.world != "" {
		req.Header.Set("Tweed-World", c.world)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return address, nil, fmt.Errorf("%w; is a Tweed running there? --url or TWEED_URL says where", err)
	}
	text, err = io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return address, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		var refused refusal
		if json.Unmarshal(text, &refused) != nil || !strings.HasPrefix(refused.Code, "TWEED_") {
			return address, nil, fmt.Errorf("%s answers %s; is that the address of a Tweed?", address, resp.Status)
		}
		return address, nil, refused
	}
	return address, text, nil
}
