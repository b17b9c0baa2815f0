//! The first stage of matching: a bitmap of hashed, case-folded three-byte windows of the anchors.

/// Words of the bitmap: one bit for each of 2^18 hashes.
pub const WORDS: usize = 1 << 12;

/// Clears the bit that separates ASCII cases. Folds some punctuation together as well, which only costs a comparison.
#[inline]
pub const fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Hash of the last three folded bytes, the newest in the low byte, as 18 bits.
#[inline]
pub const fn hash(window: u32) -> usize {
    ((window & 0x00ff_ffff).wrapping_mul(0x9e37_79b1) >> 14) as usize
}

/// Hash of three bytes.
pub const fn hash_of(bytes: [u8; 3]) -> usize {
    hash((fold(bytes[0]) as u32) << 16 | (fold(bytes[1]) as u32) << 8 | fold(bytes[2]) as u32)
}

/// Calls `on` with the offset and the hash of each window of `bytes` whose hash is in the bitmap, in order.
#[inline]
pub fn candidates(bytes: &[u8], bitmap: &[u64; WORDS], mut on: impl FnMut(usize, usize)) {
    let mut at = 0;
    // Six windows from one load, tested by one branch: their hashes do not wait for each other.
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let folded = u64::from_be_bytes(*eight) | 0x2020_2020_2020_2020;
        let any = (0..6).fold(0, |any, index| any | bit(bitmap, hash((folded >> (40 - 8 * index)) as u32)));
        if any & 1 != 0 {
            each(eight, at, bitmap, &mut on);
        }
        at += 6;
    }
    each(&bytes[at..], at, bitmap, &mut on);
}

/// In the lowest bit, whether a hash is in the bitmap.
#[inline]
pub fn bit(bitmap: &[u64; WORDS], hash: usize) -> u64 {
    bitmap[hash / 64] >> (hash % 64)
}

/// The windows of a few bytes at `at`. Kept apart, so that the loop over the text stays in registers.
#[cold]
#[inline(never)]
fn each(bytes: &[u8], at: usize, bitmap: &[u64; WORDS], on: &mut impl FnMut(usize, usize)) {
    for (index, three) in bytes.windows(3).enumerate() {
        let hash = hash_of([three[0], three[1], three[2]]);
        if bit(bitmap, hash) & 1 != 0 {
            on(at + index, hash);
        }
    }
}

/// An anchor and the rule that it wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// In lower case.
    pub text: &'static str,
    /// Offset of its rarest three-byte window.
    pub offset: usize,
    /// Index of the rule.
    pub rule: usize,
}

/// Offset of the window of `text` that source text is least likely to hold.
pub fn rarest_window(text: &str) -> usize {
    let windows = text.as_bytes().windows(3);
    let best = windows.enumerate().max_by_key(|(index, window)| {
        let bytes: usize = window.iter().map(|&byte| rarity(byte)).sum();
        (rank(window), bytes, std::cmp::Reverse(*index))
    });
    best.map_or(0, |(index, _)| index)
}

/// The windows of anchors that are frequent in source text (ruff, vite, git, tokio, black), by falling frequency.
const FREQUENT: &[u8] = b"\
    str---ionentvalongtioaluluehercomategitassandrestypilefilypeverithlinpatatiusetedimpessine\
    serst_bletatretackpreablromlasistfroevetraaredatoutpropacendtlothoereertcalctisseworcesive\
    ageticoduatclsesteiniockataachattailredouruntuctmanencasteckitifigounrunrceraltemelenitner\
    posureharlicracpenopeanyomparsmaiillmaptoksou_paostlogcatanturccorappct_ntrflaputesepri.co\
    etaakekeycreloahoule_try_liariccestoes:tabplinfoet_ginsenpaservclote_e.caleenslacrvent(dis\
    vensecord://ps:shacouhinicaer:nvatpsoriialgennt_s:/taiissmarnowriaken_delagelllabedick_tom\
    ditchimisokeicewilsysth_eararkt_t_segrethuloostsle:tacor_airlarocsst.ce_sochorilinattiarti\
    seehubooknd_eedscoon-autom/pplcliin_edent.lieiguapsypillaientalre_roc-fiorascaoffin(futriv\
    accit.ousystmon_to.stt_aet(levct.ckscledevnapss_pe:lakgloboluthegistmre.eepe_ack.wanhoos_s\
    makickimaapise:ikeve_ck-e_derowayen_asidaptelquaer-lsopul.lolimat_tadnt-iscce.sibts:emscka\
    uartmaslaoatficorgacls_t_orpsekaguchabsge-giss.sepsffiut_ot_ct-s_e-prncrbot-seabad_altaor-\
    _kererdd_mack.css:1.0eshagie-s_laivart--tyirtaloatsducn_apsiet-opsalkf_arodd-ap.css-t.rf_t\
    y_sat-gunewaio.--brtawebglim/ahetth-adok-oacrlt:eysn_o\
";

/// Rank among the most frequent windows; a run of one sign is a rule in a text.
fn rank(window: &[u8]) -> usize {
    let is_run = window.iter().all(|byte| byte == &window[0]);
    // Blanks and quotes are frequent beside anything.
    let is_loose = window.iter().any(|byte| b" \"'".contains(byte));
    let place = FREQUENT.chunks_exact(3).position(|frequent| frequent.eq_ignore_ascii_case(window));
    if is_run || is_loose { 0 } else { place.unwrap_or(FREQUENT.len()) }
}

/// How rare a byte is: its rank by falling frequency in source text.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b" etaoinsrlcdpu_mf-.=/\"':hgb,(01yv2kwxj3qz";
    COMMON.iter().position(|&common| common == byte.to_ascii_lowercase()).unwrap_or(COMMON.len())
}
