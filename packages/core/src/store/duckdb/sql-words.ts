/** What a statement of a stranger may say: everything that is not listed here is refused, so that what a later DuckDB adds is refused too. */

/** Functions that only look at their arguments. Not here: what reads files, settings, variables or other databases, what runs text as SQL, sleeps, or changes the instance. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  // Operators.
  `!__postfix !~~ !~~* % & && * ** + - -> ->> / // <-> << <=> <@ >> @ @> ^ ^@ | || ~ ~~ ~~* ~~~ not_like_escape not_ilike_escape like_escape ilike_escape
  ${/* Numbers. */ ''}
  abs acos acosh add asin asinh atan atan2 atanh bin bit_count bit_length cbrt ceil ceiling cos cosh cot degrees divide even exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor isfinite isinf isnan lcm least
  least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power radians random round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh trunc xor
  ${/* Texts. */ ''}
  ascii base64 char_length character_length chr concat concat_ws contains damerau_levenshtein editdist3 ends_with format_bytes formatreadabledecimalsize formatreadablesize from_base64 hamming hash hex instr jaccard
  jaro_similarity jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein lower ltrim md5 mismatches nfc_normalize octet_length ord parse_dirname parse_dirpath parse_filename parse_path
  pg_size_pretty position prefix regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array replace reverse right right_grapheme rtrim sha1 sha256 split split_part
  starts_with str_split str_split_regex string_split string_split_regex string_to_array strip_accents strlen strpos substr substring substring_grapheme suffix to_base64 to_binary to_hex translate trim ucase unhex unicode upper
  url_decode url_encode lpad rpad repeat array_to_string array_to_string_comma_default icu_sort_key parse_formatted_bytes
  ${/* Times. */ ''}
  age ago century current_date current_localtime current_localtimestamp date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms
  epoch_ns epoch_us era get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month
  monthname nanosecond now quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp to_weeks to_years today
  transaction_timestamp try_strptime week weekday weekofyear year yearweek normalized_interval
  ${/* Lists, structs, maps, JSON, vectors. */ ''}
  apply array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product array_extract array_filter
  array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product array_intersect array_length array_negative_dot_product array_negative_inner_product array_pop_back array_pop_front array_position array_prepend
  array_push_back array_push_front array_reduce array_reverse array_reverse_sort array_select array_slice array_sort array_to_json array_transform array_unique array_value array_where array_zip cardinality element_at filter flatten
  from_json grade_up json json_array json_array_length json_contains json_exists json_extract json_extract_path json_extract_path_text json_extract_string json_keys json_merge_patch json_object json_pretty json_quote json_structure
  json_transform json_type json_valid json_value list_aggr list_aggregate list_any_value list_append list_apply list_avg list_bool_and list_bool_or list_cat list_concat list_contains list_cosine_distance list_cosine_similarity list_count
  list_distance list_distinct list_dot_product list_element list_extract list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof list_inner_product list_intersect list_last list_max list_median
  list_min list_mode list_negative_dot_product list_negative_inner_product list_pack list_position list_prepend list_product list_reduce list_reverse list_reverse_sort list_select list_slice list_sort list_stddev_pop list_stddev_samp
  list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp list_where list_zip map map_concat map_contains map_entries map_extract map_extract_value map_from_entries map_keys map_values reduce row
  row_to_json struct_concat struct_contains struct_extract struct_extract_at struct_has struct_insert struct_keys struct_pack struct_update struct_values to_json unnest
  ${/* Of a value. */ ''}
  alias coalesce constant_or_null error nullif switch try typeof get_type pg_typeof uuid gen_random_uuid
  ${/* Aggregates and windows. */ ''}
  any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop
  covar_samp cume_dist dense_rank entropy favg fill first first_value fsum geomean geometric_mean group_concat grouping histogram histogram_exact json_group_array json_group_object kahan_sum kurtosis kurtosis_pop lag last last_value lead list
  listagg mad max max_by mean median min min_by mode nth_value ntile percent_rank product quantile quantile_cont quantile_disc rank rank_dense regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
  reservoir_quantile row_number sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan var_pop var_samp variance wavg weighted_avg equi_width_bins is_histogram_other_bin`.split(/\s+/),
);

/** Functions whose last number says how long their result becomes: only a number that is written out, and not beyond this. */
export const LENGTH_ARGUMENT: Readonly<Record<string, number>> = { lpad: 1, rpad: 1, repeat: 1 };
export const LONGEST_PADDED = 10_000;

export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest', 'json_each', 'json_tree']);

export const QUERIES: ReadonlySet<string> = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE']);
export const TABLE_KINDS: ReadonlySet<string> = new Set(['BASE_TABLE', 'SUBQUERY', 'JOIN', 'TABLE_FUNCTION', 'EMPTY', 'EXPRESSION_LIST', 'SHOW_REF']);
export const EXPRESSIONS: ReadonlySet<string> = new Set(['BETWEEN', 'CASE', 'CAST', 'COLLATE', 'COLUMN_REF', 'COMPARISON', 'CONJUNCTION', 'CONSTANT', 'FUNCTION', 'LAMBDA', 'LAMBDA_REF', 'OPERATOR', 'POSITIONAL_REFERENCE', 'STAR', 'SUBQUERY', 'WINDOW']);
/** How rows are ordered, made distinct and limited. */
export const MODIFIERS: ReadonlySet<string> = new Set(['ORDER_MODIFIER', 'LIMIT_MODIFIER', 'LIMIT_PERCENT_MODIFIER', 'DISTINCT_MODIFIER', 'ORDER_DEFAULT', 'ASCENDING', 'DESCENDING']);
