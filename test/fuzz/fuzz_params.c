// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer's transport parameters, taken as a client's and as a server's. What is accepted can be
 * encoded, and comes back as it was.
 */
#include "fuzz.h"
#include "params.h"

static void check(const u8 *data, size_t size, bool from_server)
{
	struct quic_params params, again;
	u8 buf[1024];
	int err, len;

	err = quic_params_parse(&params, data, size, from_server);
	if (err) {
		REQUIRE(err == QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM);
		return;
	}
	REQUIRE(params.has_initial_scid);
	REQUIRE(from_server || (!params.has_original_dcid && !params.has_retry_scid &&
				!params.has_reset_token && !params.has_preferred));
	REQUIRE(params.active_connection_id_limit >= 2 &&
		params.active_connection_id_limit <= QUIC_CID_LIMIT_MAX);
	REQUIRE(params.max_streams_bidi <= 4096 && params.max_streams_uni <= 4096);
	REQUIRE(params.version_count <= QUIC_PARAMS_VERSIONS_MAX);

	/* The choice may have stood behind the versions that are kept. */
	if (params.has_versions && params.version_count == QUIC_PARAMS_VERSIONS_MAX)
		params.versions[0] = params.chosen_version;
	len = quic_params_encode(&params, from_server, buf, sizeof(buf));
	REQUIRE(len > 0);
	REQUIRE(!quic_params_parse(&again, buf, len, from_server));
	REQUIRE(!memcmp(&params, &again, sizeof(params)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	check(data, size, false);
	check(data, size, true);
	return 0;
}
