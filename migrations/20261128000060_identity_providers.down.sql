DROP TABLE sign_in_flows, identities, identity_providers;
